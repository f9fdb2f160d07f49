//! `KubeTask`, `MultiContainerRun` and `PrepareData`: pods that run to their end.

mod kube_task;
mod multi_container;
mod pod;
mod prepare_data;
mod run;
mod volumes;

kanister_sdk::plugin!(
    kube_task::kube_task,
    multi_container::multi_container_run,
    prepare_data::prepare_data,
);
