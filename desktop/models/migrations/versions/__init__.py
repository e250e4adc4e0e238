"""One frozen file per released schema; `desktop.models.schema.REVISIONS` lists them."""
