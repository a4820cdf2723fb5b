"""The demo: a broker, the four roles, the simulated shop, and a console that tells what happens."""
