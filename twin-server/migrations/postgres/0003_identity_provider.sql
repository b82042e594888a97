-- Who a user is at the organisation's identity provider: issuer and `sub`.
ALTER TABLE app_user ADD COLUMN subject text COLLATE "C" UNIQUE;
