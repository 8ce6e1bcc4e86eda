"""Every channel that can be connected, by its name, with what it can do."""

from collections.abc import Mapping
from types import MappingProxyType

from services.publisher.channels import Capabilities, site

KNOWN: Mapping[str, Capabilities] = MappingProxyType({"site": site.CAN})
