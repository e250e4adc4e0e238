"""The rooms of the office in this process that are about templates; as `local_people.py`."""

from __future__ import annotations

from typing import NamedTuple

from desktop.office.brand import BrandDesk
from desktop.office.pictures import Pictures
from desktop.office.template_preview import TemplatePreviews
from desktop.office.templates import Templates


class TemplateRooms(NamedTuple):
    """In the order in which `assembly.py` builds them."""

    templates: Templates
    previews: TemplatePreviews
    pictures: Pictures
    brand: BrandDesk


class TemplateOffice:
    """Fulfils `api_templates.TemplateDoor`."""

    def __init__(self, rooms: TemplateRooms) -> None:
        self.list_templates = rooms.templates.list_templates
        self.template_parts = rooms.templates.template_parts
        self.show_template = rooms.templates.show_template
        self.keep_template = rooms.templates.keep_template
        self.approve_template = rooms.templates.approve_template
        self.retire_template = rooms.templates.retire_template
        self.preview_template = rooms.previews.preview_template
        self.send_test_letter = rooms.previews.send_test_letter
        self.list_pictures = rooms.pictures.list_pictures
        self.picture_data = rooms.pictures.picture_data
        self.add_picture = rooms.pictures.add_picture
        self.retire_picture = rooms.pictures.retire_picture
        self.show_brand = rooms.brand.show_brand
        self.set_brand = rooms.brand.set_brand
