"""A complete consumer of the delivery contract: small, readable, and checked by its own conformance cases."""
