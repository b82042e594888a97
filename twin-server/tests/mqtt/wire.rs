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
/// The flags of a message that was sent before, and of one to be kept.
const SENT_AGAIN: u8 = 0x08;
const RETAIN: u8 = 0x01;

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
        let mut wire = self.accept(session_present).0;
        let subscribe = wire.read(SUBSCRIBE);
        wire.write(SUBACK, &[&subscribe[..2], self.properties, &[code]].concat());
        wire
    }

    /// Takes in the connection that tells; sends others away.
    pub(crate) fn take_in_teller(&self) -> Wire {
        loop {
            let (wire, connect) = self.accept(false);
            if connect.windows(4).any(|part| part == b"-out") {
                return wire;
            }
        }
    }

    fn accept(&self, session_present: bool) -> (Wire, Vec<u8>) {
        let (stream, _) = self.listener.accept().unwrap();
        // Nothing here may hang for ever; no test measures this.
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut wire = Wire { stream, properties: self.properties };
        let connect = wire.read(CONNECT);
        wire.write(CONNACK, &[&[u8::from(session_present), 0], self.properties].concat());
        (wire, connect)
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

    /// Waits for the server's question what a broker keeps.
    pub(crate) fn asked(&mut self) {
        self.read(SUBSCRIBE);
    }

    /// What the server tells next: topic and payload, as they stand in the packet.
    pub(crate) fn told(&mut self) -> String {
        let (kind, body) = self.next();
        assert_eq!(kind | RETAIN, PUBLISH | RETAIN);
        String::from_utf8_lossy(&body).into_owned()
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
        let (found, body) = self.next();
        assert_eq!(found, kind);
        body
    }

    /// The next packet, whichever it is.
    fn next(&mut self) -> (u8, Vec<u8>) {
        let mut byte = || {
            let mut byte = [0];
            self.stream.read_exact(&mut byte).unwrap();
            byte[0]
        };
        let (kind, mut length, mut shift) = (byte(), 0, 0);
        loop {
            let part = byte();
            length |= usize::from(part & 0x7f) << shift;
            shift += 7;
            if part < 0x80 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        (kind, body)
    }
}
