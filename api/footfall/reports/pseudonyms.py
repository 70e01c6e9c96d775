"""Names for visitors, so that people can tell them apart without seeing an id: "Teal Otter 3f9c".

A name is a hash of the site and the visitor's id: the same id has the same name at one site, and
another at the next. It is no secret from somebody who knows an id and can compute it.
"""

from __future__ import annotations

import hashlib
from typing import Final

_SEPARATOR: Final = "\x1f"

_COLOURS: Final = (
    "Amber Apricot Aqua Ash Auburn Azure Beige Black Blond Blue Bronze Brown Carmine Cherry Chestnut Clay "
    "Cobalt Copper Coral Cream Crimson Cyan Denim Ebony Emerald Fawn Ginger Gold Green Grey Hazel Honey "
    "Indigo Ivory Jade Khaki Lavender Lemon Lilac Lime Linen Mint Mustard Navy Ochre Olive Orange Peach "
    "Pearl Pink Plum Purple Red Rose Ruby Rust Saffron Sage Sand Silver Teal Umber Violet White"
)
_ANIMALS: Final = (
    "Alpaca Antelope Badger Beaver Bison Camel Carp Crane Crow Deer Dolphin Dormouse Dove Duck Eagle Elk "
    "Falcon Ferret Finch Fox Frog Gazelle Gecko Goose Grouse Hare Hawk Hedgehog Heron Ibex Ibis Jay "
    "Kestrel Kiwi Koala Lark Lemur Lizard Lynx Magpie Marten Mole Moose Newt Octopus Oriole Otter Owl "
    "Panda Pelican Penguin Plover Puffin Quail Rabbit Raven Robin Salmon Seal Sparrow Stork Swan Tapir Wren"
)
COLOURS: Final = tuple(_COLOURS.split())
ANIMALS: Final = tuple(_ANIMALS.split())


def pseudonym(site_id: str, visitor_id: str) -> str:
    """Two words and four hexadecimal digits; one of 268 million, so that two visitors rarely share one."""
    digest = hashlib.sha256(f"{site_id}{_SEPARATOR}{visitor_id}".encode()).digest()
    colour = COLOURS[digest[0] % len(COLOURS)]
    animal = ANIMALS[digest[1] % len(ANIMALS)]
    return f"{colour} {animal} {digest[2:4].hex()}"
