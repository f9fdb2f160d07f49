//! What a guest sees of commands.

use super::connect;
use super::output::Origin;
use super::process::Process;
use crate::bindings::kanister::kube::exec as wit;
use crate::bindings::kanister::kube::types::PodRef;
use crate::call::CallState;
use crate::capability::io::{Holdings, Source};
use crate::capability::kube::guest::Answer;
use crate::capability::kube::scope::Scope;
use crate::capability::kube::transport::PATIENCE;
use crate::capability::kube::{KubeClients, KubeError};
use crate::secret::Vault;
use wasmtime::component::Resource;

async fn spawn(
    (cluster, scope): (KubeClients, Scope),
    target: &PodRef,
    argv: &[String],
    stdin: Option<Source>,
    keep: (Holdings, Vault),
) -> Result<Process, KubeError> {
    let connected = connect::connect(&cluster.gated, target, argv, stdin.is_some());
    let stream = scope.run_within(PATIENCE, connected).await?.into_stream();
    Ok(Process::start(stream, stdin, scope, keep))
}

impl wit::Host for CallState {
    async fn spawn(
        &mut self,
        target: PodRef,
        argv: Vec<String>,
        stdin: Option<Resource<Source>>,
    ) -> Answer<Resource<Process>> {
        let stdin = match stdin {
            Some(stdin) => Some(self.table.delete(stdin)?),
            None => None,
        };
        let begun = self.begin();
        let keep = (self.holdings.clone(), self.services.vault.clone());
        let spawned = async move { spawn(begun?, &target, &argv, stdin, keep).await };
        Ok(match spawned.await {
            Ok(process) => Ok(self.push(process)?),
            Err(error) => Err(error.into()),
        })
    }
}

impl wit::HostProcess for CallState {
    async fn stdout(
        &mut self,
        process: Resource<Process>,
    ) -> wasmtime::Result<Option<Resource<Source>>> {
        match self.table.get(&process)?.stdout() {
            Some(source) => Ok(Some(self.push(source)?)),
            None => Ok(None),
        }
    }

    async fn next(&mut self, process: Resource<Process>) -> Answer<Option<wit::Output>> {
        let piece = self.table.get(&process)?.next().await;
        Ok(match piece {
            Ok(piece) => Ok(piece.map(|(origin, data)| wit::Output {
                origin: match origin {
                    Origin::Stdout => wit::OutputStream::Stdout,
                    Origin::Stderr => wit::OutputStream::Stderr,
                },
                data: data.into(),
            })),
            Err(error) => Err(error.into()),
        })
    }

    async fn stderr_tail(&mut self, process: Resource<Process>) -> wasmtime::Result<Vec<u8>> {
        Ok(self.table.get(&process)?.stderr_tail())
    }

    async fn wait(&mut self, process: Resource<Process>) -> Answer<wit::Exit> {
        let exit = self.table.get(&process)?.wait().await;
        Ok(match exit {
            Ok(exit) => Ok(wit::Exit::Code(exit.code)),
            Err(error) => Err(error.into()),
        })
    }

    async fn drop(&mut self, process: Resource<Process>) -> wasmtime::Result<()> {
        self.table.delete(process)?;
        Ok(())
    }
}
