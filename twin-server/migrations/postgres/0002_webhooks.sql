-- Addresses that hear of events. `data` and `state` say what people set, and how delivery goes. `cursor` is the
-- last event that was delivered or given up. The secret is kept as it is: signing needs it.
CREATE TABLE webhook (
    id     text PRIMARY KEY,
    data   json NOT NULL,
    state  json NOT NULL,
    secret text NOT NULL,
    cursor bigint NOT NULL
);

-- Events for webhooks, in order, until every webhook has dealt with them. Numbers are not used twice; the
-- serving session alone writes here, so that they become visible in their order.
CREATE TABLE outgoing_event (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data json NOT NULL
);

-- Events that were given up.
CREATE TABLE webhook_failure (
    webhook text NOT NULL,
    event   bigint NOT NULL,
    data    json NOT NULL,
    PRIMARY KEY (webhook, event)
);
