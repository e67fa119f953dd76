//! The table of routes: each row names its path, its method and what it asks of its user, so that no
//! route can be added that asks nothing by oversight (AUTHZ-01).

use super::allow;
use crate::domain::account::Right;
use crate::web::page::Console;
use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

/// What a route asks of its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: whoever reaches the console.
    Nothing,
    /// An account with this right.
    Right(Right),
}

impl From<Right> for Need {
    fn from(right: Right) -> Self {
        Self::Right(right)
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The pattern, as the router has it: `/d/{reference}`.
    pub path: &'static str,
    /// `GET` (and with it HEAD) or `POST`.
    pub method: &'static str,
    /// What it asks.
    pub need: Need,
}

/// The table and the router that it makes.
pub(in crate::web) struct Table {
    console: Console,
    router: Router<Console>,
    rows: Vec<Route>,
}

impl Table {
    /// An empty table.
    pub(in crate::web) fn new(console: &Console) -> Self {
        Self {
            console: console.clone(),
            router: Router::new(),
            rows: Vec::new(),
        }
    }

    /// A page or a file: asking for it changes nothing.
    pub(in crate::web) fn get<H, T>(
        self,
        path: &'static str,
        need: impl Into<Need>,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Console>,
        T: 'static,
    {
        self.add(path, "GET", need.into(), get(handler))
    }

    /// An act.
    pub(in crate::web) fn post<H, T>(
        self,
        path: &'static str,
        need: impl Into<Need>,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Console>,
        T: 'static,
    {
        self.add(path, "POST", need.into(), post(handler))
    }

    fn add(
        mut self,
        path: &'static str,
        method: &'static str,
        need: Need,
        handler: MethodRouter<Console>,
    ) -> Self {
        let allowed = from_fn_with_state((self.console.clone(), need), allow);
        self.router = self.router.route(path, handler.route_layer(allowed));
        self.rows.push(Route { path, method, need });
        self
    }

    /// The rows, and the router.
    pub(in crate::web) fn done(self) -> (Vec<Route>, Router<Console>) {
        (self.rows, self.router)
    }
}
