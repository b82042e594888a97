//! `[mqtt]`: the broker that readings come from, beside HTTP.

use super::section::{Key, Section, literal};
use crate::ingest::mqtt::MqttConfig;
use crate::ingest::mqtt::options::{MqttVersion, client_id, prefix};

impl Section for MqttConfig {
    const NAME: &'static str = "mqtt";
    const ABOUT: &'static str = "The MQTT broker that readings come from, if there is one.";
    const KEYS: &'static [Key<Self>] = &[
        Key {
            name: "url",
            about: "its address; empty: none. In name and password, write other characters than letters and digits as %XX",
            secret: true,
            sample: "\"mqtts://name:password@host:8883\"",
            // Without name and password, should anyone print what is secret.
            show: |mqtt| mqtt.broker.as_ref().map(|broker| literal(&broker.to_string())),
            set: |mqtt, given| {
                let url = given.text()?;
                let broker = (!url.is_empty()).then(|| url.parse()).transpose();
                mqtt.broker = broker.map_err(|error| format!("is wrong: {error}"))?;
                Ok(())
            },
        },
        Key {
            name: "version",
            about: "version of MQTT that it speaks, `5` or `3.1.1`",
            secret: false,
            sample: "",
            show: |mqtt| Some(literal(mqtt.version.as_str())),
            set: |mqtt, given| {
                let words = MqttVersion::ALL.map(|version| (version.as_str(), version));
                given.one_of(&words).map(|version| mqtt.version = version)
            },
        },
        Key {
            name: "prefix",
            about: "what topics begin with: `<prefix>/devices/<device>/<stream>`",
            secret: false,
            sample: "",
            show: |mqtt| Some(literal(&mqtt.prefix)),
            set: |mqtt, given| {
                mqtt.prefix = prefix(given.text()?).map_err(|error| error.to_string())?;
                Ok(())
            },
        },
        Key {
            name: "client_id",
            about: "name of the server's session in it; two servers need two, another prefix needs another",
            secret: false,
            sample: "",
            show: |mqtt| Some(literal(&mqtt.client_id)),
            set: |mqtt, given| {
                mqtt.client_id = client_id(given.text()?).map_err(|error| error.to_string())?;
                Ok(())
            },
        },
        Key {
            name: "ca",
            about: "file of certificates (PEM) to trust for `mqtts://`, instead of the system's",
            secret: false,
            sample: "\"/etc/ssl/broker-ca.crt\"",
            show: |mqtt| mqtt.ca.as_ref().map(|path| literal(&path.display().to_string())),
            set: |mqtt, given| {
                let path = given.text()?;
                mqtt.ca = (!path.is_empty()).then(|| path.into());
                Ok(())
            },
        },
        Key {
            name: "publish",
            about: "whether the broker is told of states and alarms: `<prefix>/devices/<device>/state`, `<prefix>/alarms/<alarm>`",
            secret: false,
            sample: "",
            show: |mqtt| Some(mqtt.publish.to_string()),
            set: |mqtt, given| given.flag().map(|publish| mqtt.publish = publish),
        },
    ];
}
