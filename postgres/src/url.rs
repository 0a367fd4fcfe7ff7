//! The address of the running server. Does not connect to it.

use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::{DATABASE, PORT, USER};

/// Has no `Display` and hides the password from `Debug`, so that no log gets it by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionUrl {
    text: String,
    redacted: String,
}

impl ConnectionUrl {
    pub(crate) fn new(socket: &Path, password: &str) -> ConnectionUrl {
        let host: String = socket.as_os_str().as_bytes().iter().map(encoded).collect();
        // Said outright, because PGSSLMODE in the environment could demand what a socket has not.
        let rest = format!("@{host}:{PORT}/{DATABASE}?sslmode=disable");
        ConnectionUrl {
            text: format!("postgres://{USER}:{password}{rest}"),
            redacted: format!("postgres://{USER}:***{rest}"),
        }
    }

    /// The whole URL, password included.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for ConnectionUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted)
    }
}

fn encoded(byte: &u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(*byte).to_string() } else { format!("%{byte:02X}") }
}

#[cfg(test)]
mod tests {
    use super::ConnectionUrl;
    use sqlx::postgres::PgConnectOptions;
    use std::path::Path;

    #[test]
    fn sqlx_reads_the_url_back() -> Result<(), sqlx::Error> {
        let folder = Path::new("/srv/Bilder für @home:1/a b?#%");
        let url = ConnectionUrl::new(folder, "0123abcd");
        let options: PgConnectOptions = url.as_str().parse()?;
        assert_eq!(options.get_socket().map(|path| path.as_path()), Some(folder));
        assert_eq!(options.get_port(), 5432);
        assert_eq!(options.get_username(), "pixelsync");
        assert_eq!(options.get_database(), Some("postgres"));
        Ok(())
    }

    #[test]
    fn the_password_stays_out_of_logs() {
        let url = ConnectionUrl::new(Path::new("/s"), "0123abcd");
        assert!(url.as_str().contains("0123abcd"));
        assert!(!format!("{url:?}").contains("0123abcd"));
    }
}
