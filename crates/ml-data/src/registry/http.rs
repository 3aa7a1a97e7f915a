//! Reading a file over HTTP, from any position.

use std::time::Duration;

use super::origin::{Opened, Refusal};

/// How patient a download is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// How often a file is tried at one source. Default 5.
    pub attempts: u32,
    /// Wait before the second attempt; it doubles with each further one. Default 0.5 s.
    pub first_wait: Duration,
    /// Longest wait between two attempts. Default 30 s.
    pub longest_wait: Duration,
    /// Longest silence of a server before the connection is given up. Default 30 s.
    pub silence: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            silence: Duration::from_secs(30),
        }
    }
}

/// The client that a fetch uses for all its downloads.
#[cfg(not(feature = "fetch"))]
#[derive(Debug)]
pub(super) struct Web;

#[cfg(not(feature = "fetch"))]
impl Web {
    pub(super) fn new(_: &Retry) -> Self {
        Self
    }

    pub(super) fn open(&self, _: &str, _: u64, _: Option<&str>) -> Result<Opened, Refusal> {
        Err(Refusal::Lasting(
            "this program was built without the feature `fetch` of ml-data".to_owned(),
        ))
    }
}

#[cfg(feature = "fetch")]
pub(super) use web::Web;

#[cfg(feature = "fetch")]
mod web {
    use ureq::{
        Agent, Body,
        http::{Response, header},
    };

    use super::{Opened, Refusal, Retry};

    /// The client that a fetch uses for all its downloads.
    #[derive(Debug)]
    pub(in super::super) struct Web {
        agent: Agent,
    }

    impl Web {
        pub(in super::super) fn new(retry: &Retry) -> Self {
            let silence = Some(retry.silence);
            let config = Agent::config_builder()
                .http_status_as_error(false)
                .timeout_connect(silence)
                .timeout_recv_response(silence)
                .timeout_per_read(silence)
                .user_agent(concat!("ml-data/", env!("CARGO_PKG_VERSION")))
                .build();
            Self { agent: config.into() }
        }

        pub(in super::super) fn open(
            &self,
            url: &str,
            from: u64,
            version: Option<&str>,
        ) -> Result<Opened, Refusal> {
            // Only the bytes as they are can be resumed and checked.
            let mut request = self.agent.get(url).header(header::ACCEPT_ENCODING, "identity");
            if from > 0 {
                request = request.header(header::RANGE, format!("bytes={from}-"));
                if let Some(version) = version {
                    request = request.header(header::IF_RANGE, version);
                }
            }
            answer(request.call().map_err(refusal)?, from)
        }
    }

    fn answer(response: Response<Body>, from: u64) -> Result<Opened, Refusal> {
        let text = |name| {
            response
                .headers()
                .get(name)
                .and_then(|v| v.to_str().ok())
                .map(str::to_owned)
        };
        let version = text(header::ETAG).filter(|tag| !tag.starts_with("W/"));
        let length = text(header::CONTENT_LENGTH).and_then(|v| v.parse::<u64>().ok());
        let (start, total) = match response.status().as_u16() {
            200 => (0, length),
            206 => match text(header::CONTENT_RANGE).as_deref().and_then(content_range) {
                Some((start, total)) if start == from => (start, total),
                // The server sent another piece than the one asked for.
                _ => return Err(Refusal::PastTheEnd),
            },
            404 | 410 => return Err(Refusal::NotFound),
            416 => return Err(Refusal::PastTheEnd),
            status @ (408 | 425 | 429 | 500..=599) => return Err(Refusal::Passing(status_text(status))),
            status => return Err(Refusal::Lasting(status_text(status))),
        };
        let reader = Box::new(response.into_body().into_reader());
        Ok(Opened {
            reader,
            start,
            total,
            version,
        })
    }

    /// `bytes 10-99/100` gives `(10, Some(100))`.
    fn content_range(value: &str) -> Option<(u64, Option<u64>)> {
        let (range, total) = value.strip_prefix("bytes ")?.split_once('/')?;
        let (start, _) = range.split_once('-')?;
        Some((start.parse().ok()?, total.parse().ok()))
    }

    fn status_text(status: u16) -> String {
        format!("the server answered with status {status}")
    }

    fn refusal(error: ureq::Error) -> Refusal {
        use ureq::Error as E;
        let text = error.to_string();
        match error {
            E::Io(_) | E::Timeout(_) | E::HostNotFound | E::ConnectionFailed | E::Protocol(_) => {
                Refusal::Passing(text)
            }
            _ => Refusal::Lasting(text),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::content_range;

        #[test]
        fn content_range_is_read() {
            assert_eq!(content_range("bytes 10-99/100"), Some((10, Some(100))));
            assert_eq!(content_range("bytes 10-99/*"), Some((10, None)));
            assert_eq!(content_range("bytes */100"), None);
            assert_eq!(content_range("10-99/100"), None);
        }
    }
}
