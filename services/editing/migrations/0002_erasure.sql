-- Erasure by law (UU PDP) empties a file within the Versions that show it. All else of a Version stays as it was saved.
GRANT UPDATE (content) ON versions TO "{role}";
