//! Where a request comes from: the other end of the connection, or what trusted proxies say.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::http::{HeaderMap, header};

/// Proxies between a client and this server that are looked through at most.
const HOPS_LIMIT: usize = 16;

/// Addresses that begin alike, such as `10.0.0.0/8` or `::1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// The text is not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither an address nor a network such as `10.0.0.0/8`")]
pub struct NetworkError(String);

impl std::fmt::Display for Network {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let error = || NetworkError(text.chars().take(60).collect());
        let (address, prefix) = text.trim().split_once('/').unwrap_or((text.trim(), ""));
        let address: IpAddr = address.parse().map_err(|_| error())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = if prefix.is_empty() { most } else { prefix.parse().map_err(|_| error())? };
        if prefix > most { Err(error()) } else { Ok(Self { address, prefix }) }
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        let shared = |bits: u32, a: u128, b: u128| {
            let rest = bits - u32::from(self.prefix);
            rest == bits || a >> rest == b >> rest
        };
        match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => shared(32, a.to_bits().into(), b.to_bits().into()),
            (IpAddr::V6(a), IpAddr::V6(b)) => shared(128, a.to_bits(), b.to_bits()),
            _ => false,
        }
    }
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The client's address; absent in tests without a socket.
    pub address: Option<IpAddr>,
    /// Whether a person or program on this machine asked this server itself, and not through a proxy
    /// or under a name of another machine.
    pub is_local: bool,
    /// Whether the browser speaks HTTPS with the proxy before us.
    pub is_https: bool,
}

impl Client {
    /// Finds it out. Headers of others than trusted proxies are not believed.
    #[must_use]
    pub fn of(peer: Option<SocketAddr>, headers: &HeaderMap, trusted: &[Network]) -> Self {
        let peer = peer.map(|peer| peer.ip().to_canonical());
        let is_proxy = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
        let forwarded = ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "via"];
        let is_local = peer.is_none_or(|peer| peer.is_loopback())
            && !forwarded.iter().any(|name| headers.contains_key(*name))
            && host(headers).is_none_or(is_this_machine);
        let Some(proxy) = peer.filter(|peer| is_proxy(*peer)) else {
            return Self { address: peer, is_local, is_https: false };
        };
        // Each proxy adds whom it heard at the end: the first from there that is no proxy is the client.
        let hops = headers
            .get_all("x-forwarded-for")
            .iter()
            .rev()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.rsplit(','));
        let mut address = proxy;
        for hop in hops.take(HOPS_LIMIT) {
            let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
            address = hop.to_canonical();
            if !is_proxy(address) {
                break;
            }
        }
        let is_https = headers.get("x-forwarded-proto").is_some_and(|value| value == "https");
        Self { address: Some(address), is_local, is_https }
    }

    /// What limits are counted by: an address, or the network that one customer of a provider has.
    #[must_use]
    pub fn bucket(&self) -> IpAddr {
        match self.address {
            Some(IpAddr::V6(address)) => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
            }
            Some(address) => address,
            None => IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }
}

/// The name that the client knows this server by, with its port.
pub(super) fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST).and_then(|value| value.to_str().ok())
}

/// Whether a name with a port means this machine. Another name that leads here is a trick: a page
/// elsewhere has its own name lead to this machine, to be taken for one of ours.
fn is_this_machine(host: &str) -> bool {
    let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => bare(name),
        _ => bare(host),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(peer: &str, headers: &[(&'static str, &'static str)]) -> Client {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let trusted: Vec<Network> = ["10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap()).into();
        Client::of(Some(peer.parse().unwrap()), &map, &trusted)
    }

    fn address(peer: &str, forwarded: &'static str) -> String {
        client(peer, &[("x-forwarded-for", forwarded)]).address.unwrap().to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(address("203.0.113.9:1", "198.51.100.1"), "203.0.113.9");
        assert_eq!(address("10.1.1.1:1", "198.51.100.1"), "198.51.100.1");
        // The client wrote the first one itself.
        assert_eq!(address("10.1.1.1:1", "192.0.2.66, 198.51.100.1, 10.2.2.2"), "198.51.100.1");
        assert_eq!(address("10.1.1.1:1", "198.51.100.1, nonsense"), "10.1.1.1");
        assert_eq!(address("[fd00::1]:1", "2001:db8::1"), "2001:db8::1");
        assert_eq!(address("[::ffff:10.1.1.1]:1", "198.51.100.1"), "198.51.100.1");
        assert!(client("10.1.1.1:1", &[("x-forwarded-proto", "https")]).is_https);
        assert!(!client("203.0.113.9:1", &[("x-forwarded-proto", "https")]).is_https);
    }

    #[test]
    fn local_is_who_asks_this_machine_itself_by_its_own_name() {
        for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "localhost", "[::1]"] {
            assert!(client("127.0.0.1:5", &[("host", host)]).is_local, "{host}");
        }
        for headers in [
            [("host", "evil.example:8080")],
            [("host", "localhost.evil.example")],
            [("x-forwarded-for", "198.51.100.1")],
            [("via", "1.1 proxy")],
        ] {
            assert!(!client("127.0.0.1:5", &headers).is_local, "{headers:?}");
        }
        assert!(!client("192.168.1.5:5", &[("host", "localhost")]).is_local);
    }

    #[test]
    fn limits_count_by_address_or_by_the_network_of_a_customer() {
        assert_eq!(client("198.51.100.1:1", &[]).bucket().to_string(), "198.51.100.1");
        let (one, other) = ("[2001:db8:1:2:3::1]:1", "[2001:db8:1:2:ffff::9]:1");
        assert_eq!(client(one, &[]).bucket(), client(other, &[]).bucket());
    }

    #[test]
    fn networks_are_read_strictly() {
        for text in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "example.org", "10.0.0.0/-1"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("203.0.113.9".parse().unwrap()) && !all.contains("::1".parse().unwrap()));
    }
}
