//! A broker in a few bytes, for what no real one can be brought to do: a test says what goes over the wire.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// Types of packets, with the flags that are asked for.
const CONNECT: u8 = 0x10;
const CONNACK: u8 = 0x20;
const PUBLISH: u8 = 0x32;
const PUBACK: u8 = 0x40;
const SUBSCRIBE: u8 = 0x82;
const SUBACK: u8 = 0x90;
/// The flag of a message that was sent before.
const SENT_AGAIN: u8 = 0x08;

/// Where the server connects to.
pub(crate) struct Door {
    listener: TcpListener,
    /// Packets of version 5 have properties, which are none here.
    properties: &'static [u8],
}

/// A connection of the server.
pub(crate) struct Wire {
    stream: TcpStream,
    properties: &'static [u8],
}

impl Door {
    pub(crate) fn open(version: &str) -> Self {
        let properties: &[u8] = if version == "5" { &[0] } else { &[] };
        Self { listener: TcpListener::bind("127.0.0.1:0").unwrap(), properties }
    }

    pub(crate) fn url(&self) -> String {
        format!("mqtt://{}", self.listener.local_addr().unwrap())
    }

    /// Takes the server in and answers its subscription with a code.
    pub(crate) fn take_in(&self, session_present: bool, code: u8) -> Wire {
        let (stream, _) = self.listener.accept().unwrap();
        // Nothing here may hang for ever; no test measures this.
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut wire = Wire { stream, properties: self.properties };
        wire.read(CONNECT);
        wire.write(CONNACK, &[&[u8::from(session_present), 0], self.properties].concat());
        let subscribe = wire.read(SUBSCRIBE);
        wire.write(SUBACK, &[&subscribe[..2], self.properties, &[code]].concat());
        wire
    }
}

impl Wire {
    /// Sends a message with assured delivery and waits until it is acknowledged.
    pub(crate) fn deliver(&mut self, number: u8, sent_again: bool, topic: &str, payload: &str) {
        let length = u8::try_from(topic.len()).unwrap();
        let body =
            [&[0, length], topic.as_bytes(), &[0, number], self.properties, payload.as_bytes()].concat();
        self.write(PUBLISH | if sent_again { SENT_AGAIN } else { 0 }, &body);
        assert_eq!(self.read(PUBACK)[..2], [0, number]);
    }

    /// Waits until the server ends the connection.
    pub(crate) fn end(mut self) {
        let _ = self.stream.read_to_end(&mut Vec::new());
    }

    fn write(&mut self, kind: u8, body: &[u8]) {
        let length = u8::try_from(body.len()).unwrap();
        assert!(length < 0x80, "longer packets need a longer length");
        self.stream.write_all(&[&[kind, length], body].concat()).unwrap();
    }

    fn read(&mut self, kind: u8) -> Vec<u8> {
        let mut head = [0; 2];
        self.stream.read_exact(&mut head).unwrap();
        assert_eq!(head[0], kind);
        assert!(head[1] < 0x80, "longer packets have a longer length");
        let mut body = vec![0; usize::from(head[1])];
        self.stream.read_exact(&mut body).unwrap();
        body
    }
}
