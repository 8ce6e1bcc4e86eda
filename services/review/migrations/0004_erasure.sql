-- Erasure by law (UU PDP) empties a file within the Versions that show it; the hash of what was submitted stays.
GRANT UPDATE (content) ON reviews TO "{role}";
