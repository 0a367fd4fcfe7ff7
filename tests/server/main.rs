//! The server from its doors to its database, without a socket: what people and programs would notice.
#![cfg(not(target_arch = "wasm32"))]

mod catalogue;
mod compare;
mod crops;
mod exports;
mod find;
mod folders_http;
mod formats;
mod http;
mod jobs;
mod live;
mod migrations;
mod outline;
mod panel;
mod refusals;
mod roots;
mod scene;
mod transactions;
mod uploads;
mod views;
