package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.control.alert.Alerts;
import dev.keelson.monitor.DriftDetails;
import dev.keelson.monitor.DriftFinding;
import dev.keelson.monitor.DriftFinding.Kind;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.registry.InMemoryCatalog;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Sentences of alerts that checks raise. */
final class CheckAlertsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private final Deque<String> ids = new ArrayDeque<>(List.of("1", "2", "3", "4"));
    private final Alerts alerts = new Alerts(new InMemoryCatalog(), () -> NOW, ids::removeFirst, List.of(), () -> {});

    @Test
    void columnsThatAreGoneAreNamedThoughNoColumnThatIsThereMoved() {
        Alert raised = raised(
                new DriftFinding(Kind.COLUMN_GONE, "LBH", true, "LBH is gone."),
                new DriftFinding(Kind.MISSING_SHARE, "LBD", true, "LBD is missing in 100 % of rows."),
                new DriftFinding(Kind.COLUMN_GONE, "LBA", true, "LBA is gone."),
                new DriftFinding(Kind.MISSING_SHARE, "AvgH", true, "AvgH is missing in 40 % of rows."),
                new DriftFinding(Kind.NEW_CATEGORIES, "div", false, "div has 1 new category."));

        assertThat(raised.title()).isEqualTo("4 columns changed: LBH, LBD, LBA and 1 more");
        assertThat(raised.text()).isEqualTo("Something changed. 612 rows were looked at.\nPerformance unchanged so far.");
        assertThat(raised.page()).isEqualTo("/models/football%201/drift");
        assertThat(raised.command()).isEqualTo("keelson drift report --model football 1");
    }

    @Test
    void answersHaveNoColumn() {
        assertThat(raised(new DriftFinding(Kind.PREDICTIONS, "", true, "It says more often home.")).title())
                .isEqualTo("its answers moved");
    }

    @Test
    void segmentsAndAnswersAreToldApartFromColumns() {
        assertThat(raised(
                                new DriftFinding(Kind.MISSING_SHARE, "x", true, "x is missing."),
                                new DriftFinding(Kind.SEGMENT, "segment=tech, x", true, "x moved in tech."),
                                new DriftFinding(Kind.SEGMENT, "segment=bank, x", true, "x moved in bank."),
                                new DriftFinding(Kind.PREDICTIONS, "p(yes)", true, "p(yes) moved."))
                        .title())
                .isEqualTo("1 column changed: x; 2 findings within segments; its answers moved");
        assertThat(raised(new DriftFinding(Kind.SEGMENT, "segment=tech, x", true, "x moved in tech.")).title())
                .isEqualTo("moved within segments: segment=tech, x");
    }

    @Test
    void rowsAsAWholeHaveNoColumn() {
        assertThat(raised(new DriftFinding(Kind.MULTIVARIATE, "", true, "They can be told apart.")).title())
                .isEqualTo("its rows as a whole moved");
    }

    @Test
    void eachLimitHasOneAlertThatEndsByItself() throws IOException {
        CheckAlerts checks = new CheckAlerts(alerts);

        checks.decay(limits("breached", "breached"));
        checks.decay(limits("breached", "not_enough_evidence"));
        List<Alert> open = alerts.list(new AlertQuery(Set.of(Alert.State.OPEN), null, null, null, 9));
        checks.decay(limits("kept", "breached"));
        checks.decay(new ObjectMapper().readTree("{\"model\": \"churn\", \"verdict\": \"none\"}"));

        assertThat(open).extracting(Alert::cause).containsExactlyInAnyOrder("limit/churn/brier", "limit/churn/accuracy");
        assertThat(open).extracting(Alert::title).contains("Beyond its limit: brier <= 0.3");
        assertThat(open).filteredOn(each -> each.cause().endsWith("brier")).allSatisfy(each -> assertThat(each.count()).isEqualTo(2)).hasSize(1);
        assertThat(alerts.list(new AlertQuery(Set.of(Alert.State.OPEN), null, null, null, 9))).isEmpty();
        assertThat(alerts.list(new AlertQuery(Set.of(), null, null, null, 9)))
                .extracting(Alert::reason)
                .containsExactlyInAnyOrder("It has no limit any more.", "brier is kept.");
    }

    private static JsonNode limits(String brier, String accuracy) throws IOException {
        return new ObjectMapper().readTree("""
                {"model": "churn", "verdict": "none", "limits": {"metrics": [
                  {"metric": "brier", "condition": "brier <= 0.3", "verdict": "%s", "reason": "brier is %s."},
                  {"metric": "accuracy", "condition": "accuracy >= 0.5", "verdict": "%s", "reason": "accuracy is %s."}]}}
                """.formatted(brier, brier, accuracy, accuracy));
    }

    private Alert raised(DriftFinding... findings) {
        DriftDetails none = DriftDetails.none();
        DriftDetails details = new DriftDetails(
                none.reference(), none.current(), Arrays.asList(findings), none.unjudged(), none.recommendedFalseAlarmShare(),
                none.multivariate(), none.segments(), none.outputs());
        new CheckAlerts(alerts).drift(new DriftReport(
                "football 1", 1, NOW, NOW, NOW, DriftMonitorDefinition.Policy.RECOMMENDED, 5_000, 612, DriftReport.Verdict.ALARM, "Something changed.", 0, 0,
                List.of(), List.of(), details), false, () -> "Performance unchanged so far.");
        return alerts.list(new AlertQuery(Set.of(), null, null, null, 9)).getFirst();
    }
}
