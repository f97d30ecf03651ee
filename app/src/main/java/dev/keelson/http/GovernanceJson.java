package dev.keelson.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.AuditChain;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.Approval;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.RollbackPreview;
import dev.keelson.registry.tracking.RegisteredVersion;
import java.util.List;
import java.util.Locale;

/** What governance answers, as documents: the same over HTTP and on the command line. */
public final class GovernanceJson {
    private GovernanceJson() {}

    /** A version that Keelson trained or imported. */
    public static ObjectNode version(ModelVersion version) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("model", version.model())
                .put("version", version.version())
                .put("run_id", version.runId())
                .put("sha256", version.sha256())
                .put("kind", version.kind().name().toLowerCase(Locale.ROOT))
                .put("trained_to", version.trainedTo().toString())
                .put("created_at", version.createdAt().toString());
    }

    /** A registered version, whoever registered it: of a client's the hash and the end of its data are not known. */
    public static ObjectNode registered(RegisteredVersion version) {
        ModelVersion trained = version.trained();
        ObjectNode node = trained != null
                ? version(trained)
                : JsonNodeFactory.instance
                        .objectNode()
                        .put("model", version.model())
                        .put("version", version.version())
                        .put("run_id", version.runId())
                        .putNull("sha256")
                        .put("kind", "client")
                        .putNull("trained_to")
                        .put("created_at", version.createdAt().toString());
        node.put("stage", version.stage().word()).put("source", version.source());
        version.aliases().forEach(node.putArray("aliases")::add);
        return node;
    }

    /** What came of a promotion: the version, whether it serves, the request that waits where it does not, and the policy. */
    public static ObjectNode promotion(Governance.Promotion promotion) {
        ObjectNode node = version(promotion.version()).put("serves", promotion.serves());
        Approval approval = promotion.approval();
        node.set("approval", approval == null ? null : approval.toJson());
        node.set("policy", promotion.report().toJson());
        return node;
    }

    /** What came of a rollback: the version that serves now, and what changed. */
    public static ObjectNode rollback(ModelVersion version, RollbackPreview preview) {
        ObjectNode node = version(version).put("serves", true);
        node.set("rollback", preview.toJson());
        return node;
    }

    /** Requests for approval. */
    public static ObjectNode approvals(List<Approval> approvals) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        var list = node.putArray("approvals");
        approvals.forEach(each -> list.add(each.toJson()));
        return node;
    }

    /** What a look along the audit trail found. */
    public static ObjectNode verification(AuditChain.Verification found) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("sound", found.sound())
                .put("lines", found.lines())
                .put("head", found.head())
                .put("broken", found.broken())
                .put("finding", found.finding());
    }
}
