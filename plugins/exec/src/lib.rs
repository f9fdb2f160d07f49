//! `KubeExec` and `KubeExecAll`: commands in containers that exist.

mod all;
mod command;
mod one;

use all::kube_exec_all;
use one::kube_exec;

kanister_sdk::plugin!(kube_exec, kube_exec_all);
