package dev.keelson.e2e.study;

import dev.keelson.control.LoopPolicy;
import dev.keelson.e2e.ondemand.SimulatedProject;
import dev.keelson.monitor.DriftReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.simulate.SimulatedMatch;
import dev.keelson.store.sqlite.SqliteCatalog;
import dev.keelson.wiring.ReplayJob;
import dev.keelson.wiring.Workspace;
import java.time.Duration;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The football project replayed over a simulated league under its own policy, the last third week by week.
 *
 * @param summary what the replay says
 * @param drift model name to its drift reports, oldest first
 */
record LeagueReplay(ReplayJob.Summary summary, Map<String, List<DriftReport>> drift) {

    /**
     * Replays.
     *
     * @param matches the league
     * @param rounds boosting rounds, 0 for the default: fewer are faster
     * @param from first day predicted, null for the last third
     * @param to last day, exclusive, null for all
     */
    static LeagueReplay of(
            List<SimulatedMatch> matches, int rounds, @Nullable LocalDate from, @Nullable LocalDate to) {
        try (SimulatedProject simulated = SimulatedProject.of(matches, rounds);
                Workspace workspace = new Workspace(simulated.project())) {
            ReplayJob.Summary summary = ReplayJob.run(
                    workspace,
                    new ReplayJob.Request(from, to, Duration.ofDays(7), Set.of(LoopPolicy.THIS_POLICY)),
                    (done, of, at) -> {});
            Map<String, List<DriftReport>> drift = new LinkedHashMap<>();
            try (Catalog catalog = SqliteCatalog.openReadOnly(
                    ReplayJob.mainState(workspace, summary.id()).catalog())) {
                for (String model : summary.models().keySet()) {
                    drift.put(
                            model,
                            catalog.read(tx -> tx.reports("drift", model, Integer.MAX_VALUE)).stream()
                                    .map(report -> DriftReport.fromJson(report.document()))
                                    .toList()
                                    .reversed());
                }
            }
            return new LeagueReplay(summary, drift);
        }
    }
}
