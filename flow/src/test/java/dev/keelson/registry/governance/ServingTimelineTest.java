package dev.keelson.registry.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditEntry;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServingTimelineTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void whoAgreedDecidedAndTheEvidenceIsTold() {
        ServingTimeline timeline = ServingTimeline.of(
                "winner",
                List.of(
                        entry(2, "rollback", 1, "{\"rolled_back_from\":2}"),
                        entry(
                                1,
                                "promote",
                                2,
                                """
                                {"policy": {"policy": "strict", "lines": [{"state": "passed"}, {"state": "failed"}]},
                                 "requested_by": "ann", "approved_by": "bob"}
                                """)));

        ServingTimeline.Span approved = timeline.spans().getFirst();
        assertThat(approved.decider()).isEqualTo("bob");
        assertThat(approved.people()).isEqualTo("bob (asked by ann)");
        assertThat(approved.evidence()).isEqualTo("strict: 1 of 2 passed");
        ServingTimeline.Span back = timeline.spans().getLast();
        assertThat(back.people()).isEqualTo("ann");
        assertThat(back.requester()).isNull();
        assertThat(back.evidence()).isEqualTo("instead of v2");
        assertThat(timeline.toJson().path("history").get(0).path("decided_by").asText()).isEqualTo("bob");
    }

    @Test
    void evidenceThatWasDamagedLeadsToTheVerification() {
        ServingTimeline timeline = ServingTimeline.of("winner", List.of(entry(1, "promote", 2, "{\"policy")));

        assertThatThrownBy(timeline::toJson).isInstanceOfSatisfying(KeelsonException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.STORE_DAMAGED);
            assertThat(e.problems().getFirst().hint()).contains("keelson audit verify");
        });
    }

    private static AuditEntry entry(long sequence, String action, int version, String evidence) {
        return new AuditEntry(sequence, AT, "ann", action, "winner", version, "Better.", evidence);
    }
}
