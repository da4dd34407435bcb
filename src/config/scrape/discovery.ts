import {refused} from '../fields.ts';

const key = refused('not supported: name the targets in static_configs, and reload when they change');

/** The keys by which Prometheus finds targets itself, each of which is refused by its name. */
export const discoveryKeys = {
  azure_sd_configs: key,
  consul_sd_configs: key,
  digitalocean_sd_configs: key,
  dns_sd_configs: key,
  docker_sd_configs: key,
  dockerswarm_sd_configs: key,
  ec2_sd_configs: key,
  eureka_sd_configs: key,
  file_sd_configs: key,
  gce_sd_configs: key,
  hetzner_sd_configs: key,
  http_sd_configs: key,
  ionos_sd_configs: key,
  kubernetes_sd_configs: key,
  kuma_sd_configs: key,
  lightsail_sd_configs: key,
  linode_sd_configs: key,
  marathon_sd_configs: key,
  nerve_sd_configs: key,
  nomad_sd_configs: key,
  openstack_sd_configs: key,
  ovhcloud_sd_configs: key,
  puppetdb_sd_configs: key,
  scaleway_sd_configs: key,
  serverset_sd_configs: key,
  stackit_sd_configs: key,
  triton_sd_configs: key,
  uyuni_sd_configs: key,
  vultr_sd_configs: key,
};
