//! Faults that a tester asks for: the next requests of some exchange, or the next connections, go wrong in a chosen way.

mod action;
mod exchange;
mod named;
mod tamper;

pub use action::{Action, Certificate, Connection};
pub use exchange::Exchange;
pub use named::{NAMED_FAULTS, NamedFault};
pub use tamper::Tamper;
pub(crate) use tamper::{End, Script};

use crate::server::Service;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// A scripted fault: after `skip` matching requests, the next `times` meet `action`.
///
/// A fault of the connection ([`Action::Connection`]) comes before any request is known, so it counts the connections to
/// a service. While one is armed, every answer of that service ends its connection, so that each request has one of its own.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The beginning of the path with its query, `/api/v1/authn`. With `okta:` or `sts:` in front it is meant
    /// for that service alone (`sts:/`); without, for both. `exchange:` and a name of [`Exchange`] is that exchange,
    /// whatever its path. An empty string is every request.
    pub path_prefix: String,
    /// How many matching requests pass unharmed first.
    pub skip: u32,
    /// How many then meet the action.
    pub times: u32,
    /// What happens to them.
    pub action: Action,
}

impl Fault {
    /// A fault for the very next request to a path, once.
    pub fn next(path_prefix: &str, action: Action) -> Fault {
        Fault { path_prefix: path_prefix.to_owned(), skip: 0, times: 1, action }
    }

    /// A fault for an exchange, from its next request on, so many times.
    pub fn at(exchange: Exchange, times: u32, action: Action) -> Fault {
        Fault { path_prefix: format!("exchange:{}", exchange.name()), skip: 0, times, action }
    }

    fn matches(&self, service: Service, exchange: Option<Exchange>, path: &str) -> bool {
        match self.path_prefix.split_once(':') {
            Some(("exchange", name)) => exchange.is_some_and(|exchange| exchange.name() == name),
            Some((named, rest)) if named == "okta" || named == "sts" => {
                named == service.name() && path.starts_with(rest)
            }
            _ => path.starts_with(&self.path_prefix),
        }
    }

    fn of_connections(&self, service: Service) -> Option<&Connection> {
        let Action::Connection(connection) = &self.action else { return None };
        let named = match self.path_prefix.split_once(':') {
            Some(("exchange", name)) => Exchange::named(name).map(Exchange::service),
            Some((named, _)) => Service::ALL.into_iter().find(|service| service.name() == named),
            None => None,
        };
        named.is_none_or(|named| named == service).then_some(connection)
    }
}

/// The faults still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Mutex<Vec<Fault>>,
    changed: Notify,
    /// How many listeners each service has open.
    listening: [AtomicUsize; 2],
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.waiting().push(fault);
        self.settle();
    }

    pub(crate) fn clear(&self) {
        self.waiting().clear();
        self.settle();
    }

    /// How many are still to come.
    pub(crate) fn count(&self) -> usize {
        self.waiting().len()
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The action for a request, if one is due. Every fault that matches counts the request, so two faults on
    /// one path keep to their own numbers; the first one due is the one that happens.
    pub(crate) fn due(&self, service: Service, exchange: Option<Exchange>, path: &str) -> Option<Action> {
        let mut waiting = self.waiting();
        let mut due = None;
        for fault in waiting.iter_mut() {
            let is_connection = matches!(fault.action, Action::Connection(_));
            if is_connection || !fault.matches(service, exchange, path) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if fault.times > 0 && due.is_none() {
                fault.times -= 1;
                due = Some(fault.action.clone());
            }
        }
        waiting.retain(|fault| fault.times > 0);
        due
    }

    /// What befalls a connection that was just taken.
    pub(crate) fn due_connection(&self, service: Service) -> Option<Connection> {
        let mut waiting = self.waiting();
        let mut due = None;
        for fault in waiting.iter_mut() {
            let Some(connection) = fault.of_connections(service).cloned() else { continue };
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if fault.times > 0 && due.is_none() && !matches!(connection, Connection::Refused) {
                fault.times -= 1;
                due = Some(connection);
            }
        }
        waiting.retain(|fault| fault.times > 0);
        drop(waiting);
        self.changed.notify_waiters();
        due
    }

    /// Whether every answer of a service ends its connection, since connections are being counted.
    pub(crate) fn counts_connections(&self, service: Service) -> bool {
        self.waiting().iter().any(|fault| fault.of_connections(service).is_some())
    }

    /// Whether a service is not listening now. Nothing can be counted then, so it lasts until the faults are cleared.
    pub(crate) fn refuses(&self, service: Service) -> bool {
        self.waiting().iter().any(|fault| {
            fault.skip == 0 && matches!(fault.of_connections(service), Some(Connection::Refused))
        })
    }

    /// Becomes ready when the faults are others than they were at the call.
    pub(crate) fn changed(&self) -> impl Future<Output = ()> + '_ {
        self.changed.notified()
    }

    pub(crate) fn listens(&self, service: Service) -> &AtomicUsize {
        match service {
            Service::Okta => &self.listening[0],
            Service::Sts => &self.listening[1],
        }
    }

    /// Tells the listeners, and waits until those that refuse have closed their sockets.
    fn settle(&self) {
        self.changed.notify_waiters();
        let start = Instant::now();
        for service in Service::ALL {
            while self.refuses(service)
                && self.listens(service).load(SeqCst) > 0
                && start.elapsed() < Duration::from_secs(2)
            {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_skips_then_strikes_then_is_gone() {
        let faults = Faults::default();
        faults.add(Fault {
            path_prefix: "okta:/api".to_owned(),
            skip: 1,
            times: 2,
            action: Action::CloseBeforeAnswer,
        });
        assert!(faults.due(Service::Sts, None, "/api").is_none());
        let struck: Vec<bool> =
            (0..4).map(|_| faults.due(Service::Okta, None, "/api/v1").is_some()).collect();
        assert_eq!(struck, [false, true, true, false]);
    }

    #[test]
    fn a_fault_of_an_exchange_leaves_the_others_alone() {
        let faults = Faults::default();
        faults.add(Fault::at(Exchange::Poll, 1, Action::CloseBeforeAnswer));
        let path = "/api/v1/authn/factors/opf/verify";
        assert!(faults.due(Service::Okta, Some(Exchange::Challenge), path).is_none());
        assert!(faults.due(Service::Okta, Some(Exchange::Poll), path).is_some());
        assert_eq!(faults.count(), 0);
    }

    #[test]
    fn connections_are_counted_by_service() {
        let faults = Faults::default();
        let action = Action::Connection(Connection::Reset);
        faults.add(Fault { skip: 1, ..Fault::at(Exchange::Session, 1, action) });
        assert!(!faults.counts_connections(Service::Sts) && faults.due_connection(Service::Sts).is_none());
        assert!(faults.counts_connections(Service::Okta));
        assert!(faults.due(Service::Okta, Some(Exchange::Session), "/api/v1/sessions").is_none());
        assert!(faults.due_connection(Service::Okta).is_none());
        assert!(matches!(faults.due_connection(Service::Okta), Some(Connection::Reset)));
        assert!(!faults.counts_connections(Service::Okta));
    }

    #[test]
    fn every_name_is_used_once_and_explained() {
        let names: std::collections::BTreeSet<&str> = NAMED_FAULTS.iter().map(|fault| fault.name).collect();
        assert_eq!(names.len(), NAMED_FAULTS.len());
        for fault in &NAMED_FAULTS {
            assert!(
                !fault.about.is_empty()
                    && fault.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            );
        }
    }
}
