package dev.keelson.wiring;

import com.sun.management.OperatingSystemMXBean;
import dev.keelson.control.LoopDefinition;
import dev.keelson.control.LoopTrainer.Trained;
import dev.keelson.control.Replay;
import dev.keelson.control.policy.LossMatrix.Candidate;
import dev.keelson.control.policy.LossMatrix;
import dev.keelson.control.policy.MatrixFilling;
import dev.keelson.control.policy.ServedDrift;
import dev.keelson.data.SourceRows;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.Model;
import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.TrainingOutcome;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a project's history that trains a model at the start of every so many steps, with the labels known by then, and
 * keeps the rows of every step: all that a matrix of losses is made of. Trainings are those of a replay that always retrains,
 * kept under a key of all they depend on and never done again.
 */
final class PolicyHistory {
    private static final String CPU = "training-cpu/";
    /** What drift is looked for with, where the project has no monitor: the window of the recommended rule. */
    private static final Duration WINDOW = Duration.ofDays(7);

    private static final int MIN_ROWS = 100;
    private static final double SHARE = 0.3;

    private final Project project;
    private final Replay.Settings settings;
    private final ModelPlan plan;
    private final LoopDefinition loop;
    private final BundleTrainer trainer;
    private final MatrixFilling filling;
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<Trained> trained = new ArrayList<>();

    private PolicyHistory(
            Project project, Replay.Settings settings, ModelPlan plan, LoopDefinition loop, BundleTrainer trainer) {
        this.project = project;
        this.settings = settings;
        this.plan = plan;
        this.loop = loop;
        this.trainer = trainer;
        this.filling = new MatrixFilling(
                summed(loop),
                project.zone(),
                plan.definition().backtest() instanceof BacktestDefinition.Portfolio held ? held : null);
    }

    /**
     * Walks.
     *
     * @param project with one model alone
     * @param every steps between two trainings
     * @param lately history that trains; null for all of it
     * @param progress told after each step
     */
    static PolicyHistory walk(
            Workspace workspace,
            Project project,
            List<SourceRows> sources,
            Replay.Settings settings,
            int every,
            @Nullable Duration lately,
            IntConsumer progress) {
        ReplayJob.World world = ReplayJob.World.open(workspace, project, sources, settings);
        ModelPlan plan = world.models().plans().getFirst();
        Meter meter = new Meter(workspace.catalog());
        TrainingPlace place = meter.over(workspace.place());
        Map<String, ModelRows> rows = world.rows();
        if (lately != null) {
            rows = Map.of(plan.name(), Objects.requireNonNull(rows.get(plan.name())).lately(lately));
        }
        BundleTrainer trainer = Objects.requireNonNull(workspace.trainers(
                        world.models(), rows, world.feed()::datasetVersions, TrainingPurpose.REPLAY, place)
                .get(plan.name()));
        PolicyHistory history = new PolicyHistory(
                project, settings, plan, world.models().loops().getFirst(), trainer);
        for (int t = 0; t < settings.steps(); t++) {
            Instant from = settings.at(t);
            Instant to = settings.at(t + 1);
            world.feed().advance(from);
            if (t % every == 0) {
                history.train(t, from, meter);
            }
            world.feed().prepare(from, to);
            history.filling.add(from, to, world.feed().rows(plan.name()));
            progress.accept(t + 1);
        }
        return history;
    }

    /** What is summed: of a model of numbers by the metric of its decay monitor. */
    private static String summed(LoopDefinition loop) {
        return !loop.model().isNumber()
                ? MatrixFilling.LOG_LOSS
                : loop.decayMetric() == DecayMonitorDefinition.Metric.MAE ? MatrixFilling.ABSOLUTE_ERROR : MatrixFilling.SQUARED_ERROR;
    }

    private void train(int period, Instant at, Meter meter) {
        Trained before = trained.isEmpty() ? null : trained.getLast();
        Trained model;
        try {
            model = meter.measured(
                    () -> trainer.train(at, before == null ? ModelVersion.Kind.INITIAL : ModelVersion.Kind.REFRESH, before));
        } catch (KeelsonException e) {
            if (before == null || e.code() != ErrorCode.NOT_ENOUGH_ROWS) {
                throw e;
            }
            return; // a window that holds too few rows: the one before goes on
        }
        Map<String, Double> metrics = model.run().metrics();
        String expected = "expected_"
                + switch (summed(loop)) {
                    case MatrixFilling.LOG_LOSS -> "log_loss";
                    case MatrixFilling.ABSOLUTE_ERROR -> "mae";
                    default -> "mse";
                };
        candidates.add(new Candidate(
                period,
                model.sha256(),
                metrics.getOrDefault(expected, Double.NaN),
                metrics.getOrDefault(expected + "_error", Double.NaN),
                meter.last()));
        trained.add(model);
    }

    /** What every model lost on every row that it has not seen. */
    LossMatrix matrix() {
        List<Model> models = trained.stream().map(Trained::model).toList();
        return filling.fill(candidates, models);
    }

    /** How the project says that the model lives. */
    LoopDefinition loop() {
        return loop;
    }

    /** The drift checks that would have been made. */
    ServedDrift drift() {
        List<Instant> starts = new ArrayList<>();
        for (int t = 0; t < settings.steps(); t++) {
            starts.add(settings.at(t));
        }
        DriftMonitorDefinition monitor = loop.drift();
        return new ServedDrift(
                plan.name(),
                monitor == null
                        ? new DriftMonitorDefinition(
                                "default",
                                List.of(plan.name()),
                                WINDOW,
                                MIN_ROWS,
                                DriftMonitorDefinition.Policy.RECOMMENDED,
                                SHARE,
                                Map.of(),
                                null)
                        : monitor,
                starts,
                filling,
                trainer,
                trained,
                candidates.stream().map(Candidate::period).toList());
    }

    /** The project's zone. */
    ZoneId zone() {
        return project.zone();
    }

    /** What trainings take of the processors. What it took when a training was done is kept beside it. */
    private static final class Meter {
        private static final OperatingSystemMXBean SYSTEM =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

        private final Catalog catalog;
        private boolean done;
        private double last = Double.NaN;

        Meter(Catalog catalog) {
            this.catalog = catalog;
        }

        TrainingPlace over(TrainingPlace place) {
            return place.by((training, request) -> {
                TrainingOutcome outcome = place.worker().run(training, request);
                done = true;
                return outcome;
            });
        }

        interface Work {
            Trained train();
        }

        Trained measured(Work work) {
            done = false;
            long start = SYSTEM.getProcessCpuTime();
            Trained model = work.train();
            Run run = model.run();
            if (done) {
                double seconds = (SYSTEM.getProcessCpuTime() - start) / 1e9;
                catalog.update(tx -> tx.putStep(CPU + run.id(), "training-cpu", Double.toString(seconds)));
                last = seconds;
            } else {
                last = catalog.read(tx -> tx.step(CPU + run.id()))
                        .map(Double::parseDouble)
                        .orElse(Double.NaN);
            }
            return model;
        }

        double last() {
            return last;
        }
    }
}
