//! Nothing that was acknowledged is lost: campaigns of submissions, comments and decisions on a server in a process of its own, while
//! what it stands on fails, and while it is killed.

mod cluster;
mod disk;
mod kills;
mod process;
