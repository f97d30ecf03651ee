package dev.keelson.wiring;

import dev.keelson.control.PriceColumns;
import dev.keelson.control.Prices;
import dev.keelson.data.DatasetVersion;
import dev.keelson.frame.Frame;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Prices of events as the newest version of a model's source has them, in the columns that its backtest or its baseline names. A
 * version is read once, when it is first asked for. Safe for use by several threads; one reads at a time.
 */
final class SourcePrices implements Prices {
    private final Workspace workspace;
    private final InstantSource clock;
    private final Map<String, Read> read = new HashMap<>();

    private record Read(String version, Map<String, double[]> odds) {}

    SourcePrices(Workspace workspace, InstantSource clock) {
        this.workspace = workspace;
        this.clock = clock;
    }

    @Override
    public synchronized double @Nullable [] odds(String model, String entity) {
        String source = Projects.model(workspace.project(), model).source();
        DatasetVersion newest = workspace.datasets().latest(source).orElse(null);
        if (newest == null) {
            return null;
        }
        Read known = read.get(model);
        if (known == null || !known.version().equals(newest.id())) {
            known = new Read(newest.id(), all(model, newest));
            read.put(model, known);
        }
        return known.odds().get(entity);
    }

    private Map<String, double[]> all(String model, DatasetVersion version) {
        ProjectModels models = ProjectModels.ofVersions(workspace.project(), workspace.latestWithViews(clock.instant()));
        Map<String, double[]> odds = new HashMap<>();
        models.plans().stream().filter(each -> each.name().equals(model)).findFirst().ifPresent(plan -> PriceColumns.of(
                        plan.definition())
                .ifPresent(columns -> read(plan, columns, version, odds)));
        return odds;
    }

    private void read(ModelPlan plan, PriceColumns columns, DatasetVersion version, Map<String, double[]> odds) {
        Set<String> names = new LinkedHashSet<>(plan.source().key());
        names.addAll(columns.names());
        Frame frame = workspace.datasets().read(version, List.copyOf(names));
        double[] values = new double[columns.names().size()];
        for (int i = 0; i < frame.rows(); i++) {
            for (int c = 0; c < values.length; c++) {
                values[c] = ModelPlan.number(frame, columns.names().get(c), i);
            }
            if (Arrays.stream(values).anyMatch(Double::isFinite)) {
                odds.put(plan.entity(frame, i), columns.odds(values));
            }
        }
    }
}
