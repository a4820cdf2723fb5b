"""What all examples tell: a cart left behind at a shop that counts in fen, around 1 November 2026."""

from schemas.origins import Origin

CARTED = 1_793_496_600_000
DECIDED = CARTED + 1_800_000
EXPIRES = DECIDED + 21_600_000
CUSTOMER = "v1.k3.Qm9iX0xpdmVzSW5BbkV4YW1wbGU"
VISITOR = "v1.k3.QW5vbnltb3VzSW5BbkV4YW1wbGU"
TRIGGER_ID = "e7-12-904412-0"
ONCE = "c1f06b2d9a4e4c7f8d35e1a0b7c29f64"
CAMPAIGN = "cart-rescue@4"
LOG = Origin("user-log", 12, 904_412, 0)
LOGISTIC_SHA256 = "1db72f9d011ddf50972e2d1e4f9693bc1e18450a261482a1acc1eb102816e134"
