//! The rules of Docket, pure: the same code decides in the browser and on the server.
//!
//! Words: an *organization* offers *catalog items*; a *person* fills an item's *form* as a *draft*; a submitted draft is a *request*
//! with a *docket number*, a frozen *form version* and an *approval*; what must happen outside after a decision is an *effect*,
//! sent as *deliveries* to connectors, each try an *attempt*. What an effect, a delivery or a notice is about is its *subject*.
//!
//! Deliberately not here: any input or output, any clock, any source of randomness. Time and ids come in as arguments.

pub mod address;
pub mod approvals;
pub mod bounds;
pub mod catalog;
pub mod connectors;
pub mod direction;
pub mod effect;
pub mod forms;
pub mod id;
pub mod lint;
pub mod live;
pub mod notices;
pub mod people;
pub mod permission;
pub mod recipients;
pub mod refusal;
pub mod requests;
pub mod sections;
pub mod shorten;
pub mod stamp;
pub mod subject;
pub mod tally;
pub mod text;

pub use refusal::{Problem, Refusal};
