-- Who a user is at the organisation's identity provider: issuer and `sub`.
ALTER TABLE app_user ADD COLUMN subject TEXT;
CREATE UNIQUE INDEX app_user_subject ON app_user (subject);
