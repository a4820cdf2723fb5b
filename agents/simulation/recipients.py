"""Who a trigger is for: what the delivery service learns with the token key."""

from streams.intake.tokens import Tokens, UnknownToken


class Recipients:
    """Turns a trigger's user token into the customer's id."""

    def __init__(self, token_key: bytes) -> None:
        self._tokens = Tokens(token_key)

    def __call__(self, token: str) -> str:
        """The customer's id; empty, a customer nobody knows, for a token of another key."""
        try:
            return self._tokens.reveal(token)
        except UnknownToken:
            return ""
