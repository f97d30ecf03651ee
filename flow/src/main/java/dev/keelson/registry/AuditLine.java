package dev.keelson.registry;

/**
 * An entry of the audit trail as it is stored: with the hash that chains it to the one before.
 *
 * @param entry what was decided
 * @param hash {@link AuditChain#hash} of the hash before and the entry: 64 hexadecimal digits
 */
public record AuditLine(AuditEntry entry, String hash) {}
