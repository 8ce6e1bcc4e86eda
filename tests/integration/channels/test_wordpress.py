"""The suite of faults on a real WordPress."""

import pytest

from tests.integration.channels.at_wordpress import AtWordPress
from tests.integration.channels.faults import *  # noqa: F403  (the suite that every channel runs)
from tests.integration.channels.faults_of_looking import *  # noqa: F403


@pytest.fixture
def there(at_wordpress: AtWordPress) -> AtWordPress:
    return at_wordpress
