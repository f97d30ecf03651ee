package dev.keelson.control;

import dev.keelson.control.LoopTrainer.Trained;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.monitor.BaselineCheck;
import dev.keelson.monitor.BaselineSource;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.ReferenceProfile;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The baselines that a loop compares with. A period is computed anew once a week, as the schedule of a served project does. Not
 * safe for use by several threads.
 */
final class LoopBaselines {
    private static final Duration REFRESH = Duration.ofDays(7);
    private static final int REMEMBERED = 90;

    private final LoopTrainer trainer;
    private final Map<BaselineSource, List<DriftReport>> earlier = new HashMap<>();
    private final Map<BaselineSource, Rolling> rolling = new HashMap<>();
    private List<StoredReport> beside = List.of();

    private record Rolling(int version, Instant at, @Nullable ReferenceProfile profile) {}

    LoopBaselines(String model, LoopTrainer trainer, @Nullable DriftMonitorDefinition monitor, Catalog catalog) {
        this.trainer = trainer;
        List<BaselineSource> others = monitor == null ? List.of() : monitor.baselines().subList(1, monitor.baselines().size());
        for (BaselineSource source : others) {
            earlier.put(
                    source,
                    new ArrayList<>(catalog
                            .read(tx -> tx.reports(BaselineCheck.BESIDE, BaselineCheck.subject(model, source), REMEMBERED))
                            .stream()
                            .map(report -> DriftReport.fromJson(report.document()))
                            .toList()));
        }
    }

    /**
     * What a window is compared with.
     *
     * @param from where the window begins
     * @param reports earlier reports of the baseline that decides, newest first
     */
    List<BaselineCheck.Against> of(
            DriftMonitorDefinition monitor,
            ModelVersion version,
            Trained champion,
            Instant from,
            Instant now,
            List<DriftReport> reports) {
        List<BaselineCheck.Against> against = new ArrayList<>();
        for (BaselineSource source : monitor.baselines()) {
            against.add(new BaselineCheck.Against(
                    source, "", profile(source, version, champion, from, now), earlier.getOrDefault(source, reports)));
        }
        return against;
    }

    private @Nullable ReferenceProfile profile(
            BaselineSource source, ModelVersion version, Trained champion, Instant from, Instant now) {
        Duration length = source.length();
        return switch (source.kind()) {
            case TRAINING -> trainer.profile(version, champion);
            case PERIOD -> {
                Rolling known = rolling.get(source);
                if (known == null || known.version != version.version() || !known.at.plus(REFRESH).isAfter(now)) {
                    Instant first = length == null ? from : from.minus(length);
                    known = new Rolling(version.version(), now, trainer.profile(first, from, champion));
                    rolling.put(source, known);
                }
                yield known.profile;
            }
            case DATASET -> throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "A replay cannot compare with `%s`: that version holds rows that were not known yet.".formatted(source.text()),
                    "Maybe replay with `baseline: training`.");
        };
    }

    /** Remembers what the baselines that do not decide said. */
    DriftReport kept(BaselineCheck.Judged judged) {
        List<StoredReport> kept = new ArrayList<>();
        for (DriftReport each : judged.beside()) {
            BaselineSource source = BaselineSource.parse(each.baselines().getFirst().source()).orElseThrow();
            List<DriftReport> before = earlier.computeIfAbsent(source, key -> new ArrayList<>());
            before.addFirst(each);
            while (before.size() > REMEMBERED) {
                before.removeLast();
            }
            kept.add(BaselineCheck.stored(each));
        }
        beside = List.copyOf(kept);
        return judged.report();
    }

    /** What is to be kept of the last check beside its report; each once. */
    List<StoredReport> takeBeside() {
        List<StoredReport> taken = beside;
        beside = List.of();
        return taken;
    }
}
