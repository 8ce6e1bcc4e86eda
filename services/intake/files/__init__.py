"""Files of Reports: uploaded straight to the object store, checked before anyone sees them, erased where law asks."""
