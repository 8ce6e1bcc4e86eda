"""What every test stands on."""

from hypothesis import settings

# Machines here are shared and noisy: no test asserts an absolute time, and so no example has a deadline.
settings.register_profile("alurwarta", deadline=None)
settings.load_profile("alurwarta")
