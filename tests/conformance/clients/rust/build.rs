//! Makes a client of the gateway's description (no protoc is needed), and finds the version of tonic in the lock file.

use std::error::Error;
use std::fs;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=gateway.proto");
    println!("cargo:rerun-if-changed=Cargo.lock");
    let locked = fs::read_to_string("Cargo.lock")?;
    let version = locked.lines().skip_while(|line| *line != "name = \"tonic\"").nth(1).ok_or("no tonic in Cargo.lock")?;
    println!("cargo:rustc-env=TONIC_VERSION={}", version.trim_start_matches("version = ").trim_matches('"'));
    let files = protox::compile(["gateway.proto"], ["."])?;
    tonic_prost_build::configure().build_server(false).build_transport(false).compile_fds(files)?;
    Ok(())
}
