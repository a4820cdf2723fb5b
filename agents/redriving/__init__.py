"""Dead letters back to ``intake``: read, chosen, written once each to the topic ``redrives``."""
