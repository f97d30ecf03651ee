package dev.keelson.project;

import dev.keelson.remote.RemoteAddress;

/**
 * Another registry that this one tells its changes. Immutable.
 *
 * @param address where it is and how it is spoken to
 * @param runs whether runs of trainings are told
 * @param versions whether versions, aliases and stages are
 * @param remoteFirst whether references of models are looked up there before here
 */
public record RegistryDefinition(RemoteAddress address, boolean runs, boolean versions, boolean remoteFirst) {}
