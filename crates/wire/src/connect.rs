//! `CONNECT {json}`: who the client is and what it can do.

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::Error;
use crate::json::{self, is_default};
use crate::line::CRLF;

/// The client's side of the handshake.
///
/// Read as the reference reads it: names in any case, `null` as if absent, the last of repeated names
/// wins, unknown names ignored, bytes that aren't UTF-8 replaced.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Connect {
    /// Wants its own messages back when it subscribes to them; true when absent.
    pub echo: bool,
    /// Wants `+OK` for each line; true when absent.
    pub verbose: bool,
    /// Wants subjects checked; true when absent.
    pub pedantic: bool,
    /// Informational.
    pub tls_required: bool,
    /// Public user key, `U...`.
    #[serde(skip_serializing_if = "is_default")]
    pub nkey: String,
    /// User claims.
    #[serde(skip_serializing_if = "is_default")]
    pub jwt: String,
    /// The signed nonce in base64.
    #[serde(skip_serializing_if = "is_default")]
    pub sig: String,
    /// Token credential.
    #[serde(skip_serializing_if = "is_default")]
    pub auth_token: String,
    /// User name credential.
    #[serde(skip_serializing_if = "is_default")]
    pub user: String,
    /// Password credential.
    #[serde(skip_serializing_if = "is_default")]
    pub pass: String,
    /// What the client calls itself.
    pub name: String,
    /// The client library's language.
    pub lang: String,
    /// The client library's version.
    pub version: String,
    /// 0, or 1 for a client that understands a second INFO. Others come through, for the session to
    /// refuse.
    pub protocol: i64,
    /// Legacy: account by name.
    #[serde(skip_serializing_if = "is_default")]
    pub account: String,
    /// Legacy: whether to make that account.
    #[serde(skip_serializing_if = "is_default")]
    pub new_account: bool,
    /// Understands HMSG.
    pub headers: bool,
    /// Wants a 503 when nobody listens to its request.
    pub no_responders: bool,
    /// What a route or leaf link may import; not looked into here.
    #[serde(skip_serializing_if = "is_default")]
    pub import: Option<serde_json::Value>,
    /// What a route or leaf link may export; not looked into here.
    #[serde(skip_serializing_if = "is_default")]
    pub export: Option<serde_json::Value>,
    /// The account on the far side of a leaf link.
    #[serde(skip_serializing_if = "is_default")]
    pub remote_account: String,
    /// A trusted proxy's signature over the nonce.
    #[serde(skip_serializing_if = "is_default")]
    pub proxy_sig: String,
}

impl Default for Connect {
    /// What an empty object means.
    fn default() -> Self {
        Self {
            echo: true,
            verbose: true,
            pedantic: true,
            tls_required: false,
            nkey: String::new(),
            jwt: String::new(),
            sig: String::new(),
            auth_token: String::new(),
            user: String::new(),
            pass: String::new(),
            name: String::new(),
            lang: String::new(),
            version: String::new(),
            protocol: 0,
            account: String::new(),
            new_account: false,
            headers: false,
            no_responders: false,
            import: None,
            export: None,
            remote_account: String::new(),
            proxy_sig: String::new(),
        }
    }
}

impl Connect {
    /// Reads the JSON of a first CONNECT.
    ///
    /// # Errors
    /// [`Error::BadJson`].
    ///
    /// ```
    /// let connect = midge_wire::Connect::parse(br#"{"Verbose":false,"name":"me"}"#)?;
    /// assert!(!connect.verbose && connect.echo && connect.name == "me");
    /// # Ok::<(), midge_wire::Error>(())
    /// ```
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let mut connect = Self::default();
        connect.update(json)?;
        Ok(connect)
    }

    /// Reads the JSON of a later CONNECT: what it doesn't name stays as it is.
    ///
    /// # Errors
    /// [`Error::BadJson`]; the value may then be changed in part.
    pub fn update(&mut self, json: &[u8]) -> Result<(), Error> {
        json::parse_seed("CONNECT", json, Update(self))
    }
}

/// Masks what lets others in.
impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mask = |secret: &str| if secret.is_empty() { "" } else { "[REDACTED]" };
        f.debug_struct("Connect")
            .field("name", &self.name)
            .field("lang", &self.lang)
            .field("version", &self.version)
            .field("protocol", &self.protocol)
            .field("echo", &self.echo)
            .field("verbose", &self.verbose)
            .field("pedantic", &self.pedantic)
            .field("headers", &self.headers)
            .field("no_responders", &self.no_responders)
            .field("user", &self.user)
            .field("nkey", &self.nkey)
            .field("pass", &mask(&self.pass))
            .field("auth_token", &mask(&self.auth_token))
            .field("sig", &mask(&self.sig))
            .field("jwt", &mask(&self.jwt))
            .field("proxy_sig", &mask(&self.proxy_sig))
            .finish_non_exhaustive()
    }
}

/// Appends the CONNECT line.
pub fn connect(dst: &mut Vec<u8>, connect: &Connect) {
    dst.extend_from_slice(b"CONNECT ");
    json::write(dst, connect);
    dst.extend_from_slice(CRLF);
}

/// Reads an object over what is there.
struct Update<'c>(&'c mut Connect);

impl<'de> DeserializeSeed<'de> for Update<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Update<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the options of CONNECT")
    }

    /// `CONNECT null` is a CONNECT without options.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let to = self.0;
        while let Some(Text(name)) = map.next_key()? {
            let map = &mut map;
            match name.to_ascii_lowercase().as_str() {
                "echo" => set(&mut to.echo, map)?,
                "verbose" => set(&mut to.verbose, map)?,
                "pedantic" => set(&mut to.pedantic, map)?,
                "tls_required" => set(&mut to.tls_required, map)?,
                "nkey" => set_text(&mut to.nkey, map)?,
                "jwt" => set_text(&mut to.jwt, map)?,
                "sig" => set_text(&mut to.sig, map)?,
                "auth_token" => set_text(&mut to.auth_token, map)?,
                "user" => set_text(&mut to.user, map)?,
                "pass" => set_text(&mut to.pass, map)?,
                "name" => set_text(&mut to.name, map)?,
                "lang" => set_text(&mut to.lang, map)?,
                "version" => set_text(&mut to.version, map)?,
                "protocol" => set(&mut to.protocol, map)?,
                "account" => set_text(&mut to.account, map)?,
                "new_account" => set(&mut to.new_account, map)?,
                "headers" => set(&mut to.headers, map)?,
                "no_responders" => set(&mut to.no_responders, map)?,
                "import" => to.import = map.next_value()?,
                "export" => to.export = map.next_value()?,
                "remote_account" => set_text(&mut to.remote_account, map)?,
                "proxy_sig" => set_text(&mut to.proxy_sig, map)?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Takes the next value unless it is `null`.
fn set<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    field: &mut T,
    map: &mut A,
) -> Result<(), A::Error> {
    if let Some(value) = map.next_value()? {
        *field = value;
    }
    Ok(())
}

fn set_text<'de, A: MapAccess<'de>>(field: &mut String, map: &mut A) -> Result<(), A::Error> {
    if let Some(Text(value)) = map.next_value()? {
        *field = value;
    }
    Ok(())
}

/// A JSON string whose bytes needn't be UTF-8.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.to_owned()))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text, E> {
        Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
    }
}
