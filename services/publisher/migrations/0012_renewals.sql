-- Access that ends by itself, and is renewed before it does: until when what lies sealed in `secret` gives it, where that
-- was told. `secret_expires_at` is the end of what it is renewed by.
ALTER TABLE channel_accounts ADD COLUMN access_ends_at timestamptz;
