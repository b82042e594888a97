# `just` lists what there is; each recipe is a script that also runs by itself.

default:
    @just --list

# sample community, tiles, server, devices
demo *survey:
    scripts/demo {{survey}}

# set up and run every test
test:
    scripts/test

# the builder's figures, beside peers and targets
bench *options:
    scripts/bench {{options}}

# fuzz the survey reader for some seconds
fuzz seconds="60":
    scripts/fuzz {{seconds}}

# renew generated contracts: JSON Schemas, OpenAPI, the viewer's types
contracts:
    BLESS=1 cargo test --workspace --quiet --test contracts
    cargo run --quiet --bin twin-server -- openapi > schemas/openapi.json
    cd viewer && npm run --silent types

# licences, sources, advisories of dependencies
deny:
    cargo deny check
