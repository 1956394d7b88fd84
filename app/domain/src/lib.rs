//! The rules of Docket, pure: the same code decides in the browser and on the server.
//!
//! Words, one for each thing, on screen, in code, tables and logs:
//!
//! | word | means |
//! |---|---|
//! | organization | who uses Docket; nothing is shared between two |
//! | person, group | who acts; a person is a *member* of an organization and may have *roles* there and in groups |
//! | permission | what a role allows |
//! | space | a place or unit inside an organization; spaces form a tree |
//! | grant | a role of a person or group over a *scope*: the organization, a space with all below it, an item |
//! | catalog item | what can be requested; its *form* asks, its *policy* says who approves, its *plan* what happens then |
//! | draft | a form being filled; the draft's id becomes the request's |
//! | request | a submitted draft, with a *docket number*, a *title*, a frozen *form version* and an *approval* |
//! | stage, rule | an approval has stages one after the other, a stage rules beside each other; an *approver* meets a rule |
//! | decision | an approver's verdict on a rule; *decline* is said on screen for the status `rejected` |
//! | deputy | who decides in the place of somebody, by a *delegation* |
//! | action | what a person can do to a request (`requests::actions`); each leaves an *event* |
//! | task | a part of the work of a request; *assignee* is who has it |
//! | effect | what must happen outside after a decision |
//! | delivery | an effect on its way to one *destination* of a *connector*; each try is an *attempt* |
//! | notice | what a person is told, on the *channels* they chose |
//! | account link | what somebody comes in by who is not signed in: a new password, an *invitation*, a *registration* |
//! | subject | what an effect, a delivery or a notice is about: a request, a person, an account link |
//! | definition | what an organization is set up with; a *problem* is what is wrong in one |
//! | audit log | what administrators, the command line and programs changed: one *entry* each, about a *thing*, by a *way* |
//! | feature | a part of the product that an organization can do without |
//! | provider, identity | where people sign in by single sign-on; as whom it knows them, linked with their account |
//! | API token | a key by which a program acts for a person or for a *service account*, a member who never signs in |
//! | refusal | why something was not done, in words for the person |
//!
//! Deliberately not here: any input or output, any clock, any source of randomness. Time and ids come in as arguments.

pub mod access;
pub mod address;
pub mod approvals;
pub mod audit;
pub mod bounds;
pub mod catalog;
pub mod connectors;
pub mod direction;
pub mod doors;
pub mod effect;
pub mod forms;
pub mod id;
pub mod lint;
pub mod live;
pub mod notices;
pub mod organization;
pub mod people;
pub mod permission;
pub mod reading;
pub mod recipients;
pub mod refusal;
pub mod requests;
pub mod sections;
pub mod shorten;
pub mod single_sign_on;
pub mod stamp;
pub mod subject;
pub mod tally;
pub mod text;
pub mod tokens;

pub use refusal::{Problem, Refusal};
