package dev.keelson.store.catalog;

import dev.keelson.registry.AuditChain;
import dev.keelson.registry.AuditEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The lines of an audit trail that was written before its lines had hashes. */
public final class UnchainedTrail {
    private UnchainedTrail() {}

    /** Gives each line the hash that it has in a chain; what follows goes on from there. */
    public static void chain(Connection connection) throws SQLException {
        String hash = AuditChain.START;
        try (Statement read = connection.createStatement();
                PreparedStatement write = connection.prepareStatement("update audit set hash = ? where sequence = ?");
                ResultSet row = read.executeQuery(
                        "select " + CatalogStatements.AUDIT_COLUMNS + " from audit order by sequence")) {
            while (row.next()) {
                AuditEntry entry = CatalogStatements.auditEntry(row);
                hash = AuditChain.hash(hash, entry);
                write.setString(1, hash);
                write.setLong(2, entry.sequence());
                write.addBatch();
            }
            write.executeBatch();
        }
    }
}
