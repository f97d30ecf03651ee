package dev.keelson.e2e.ondemand;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.benchmark.ArtifactsBenchmark;
import dev.keelson.e2e.benchmark.AutoMlBenchmark;
import dev.keelson.e2e.benchmark.BulkLoadBenchmark;
import dev.keelson.e2e.benchmark.CsvBatchBenchmark;
import dev.keelson.e2e.benchmark.DriftBenchmark;
import dev.keelson.e2e.benchmark.ExpressionsBenchmark;
import dev.keelson.e2e.benchmark.FeaturesBenchmark;
import dev.keelson.e2e.benchmark.FitBenchmark;
import dev.keelson.e2e.benchmark.FoldsBenchmark;
import dev.keelson.e2e.benchmark.HttpBenchmark;
import dev.keelson.e2e.benchmark.JoinBenchmark;
import dev.keelson.e2e.benchmark.KsBenchmark;
import dev.keelson.e2e.benchmark.ParquetDriftBenchmark;
import dev.keelson.e2e.benchmark.LoadBenchmark;
import dev.keelson.e2e.benchmark.MalformedBenchmark;
import dev.keelson.e2e.benchmark.OnlineBenchmark;
import dev.keelson.e2e.benchmark.OverloadBenchmark;
import dev.keelson.e2e.benchmark.PredictBenchmark;
import dev.keelson.e2e.benchmark.ProfileBenchmark;
import dev.keelson.e2e.benchmark.ReconcileBenchmark;
import dev.keelson.e2e.benchmark.ReplayBenchmark;
import dev.keelson.e2e.benchmark.RequestCheckBenchmark;
import dev.keelson.e2e.benchmark.RolloutBenchmark;
import dev.keelson.e2e.benchmark.RunsBenchmark;
import dev.keelson.e2e.benchmark.ScrapeBenchmark;
import dev.keelson.e2e.benchmark.ServeBenchmark;
import dev.keelson.e2e.benchmark.TrackingBenchmark;
import dev.keelson.e2e.benchmark.TrainingBenchmark;
import dev.keelson.e2e.benchmark.TreesBenchmark;
import dev.keelson.e2e.study.DecisionStudy;
import dev.keelson.e2e.study.DriftPolicyStudy;
import dev.keelson.e2e.study.FaultyFeedStudy;
import dev.keelson.e2e.study.GateStudy;
import dev.keelson.e2e.study.PolicyStudy;
import dev.keelson.e2e.study.HomeAdvantageStudy;
import dev.keelson.e2e.study.KilledJournalStudy;
import dev.keelson.e2e.study.KilledLoopStudy;
import dev.keelson.e2e.study.KilledServerStudy;
import dev.keelson.e2e.study.QuietHalvesStudy;
import dev.keelson.e2e.study.QuietLeagueStudy;
import dev.keelson.e2e.study.StrengthStudy;
import dev.keelson.e2e.study.TruthStudy;
import dev.keelson.e2e.study.TuningStudy;
import dev.keelson.http.server.JsonBenchmark;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs one benchmark or study by name and prints its figures as one JSON line. */
public final class OnDemand {
    private static final Map<String, Task> TASKS = new TreeMap<>();

    static {
        TASKS.put("load", new LoadBenchmark());
        TASKS.put("bulk-load", new BulkLoadBenchmark());
        TASKS.put("request-check", new RequestCheckBenchmark());
        TASKS.put("features", new FeaturesBenchmark());
        TASKS.put("join", new JoinBenchmark());
        TASKS.put("expressions", new ExpressionsBenchmark());
        TASKS.put("folds", new FoldsBenchmark());
        TASKS.put("online", new OnlineBenchmark());
        TASKS.put("training", new TrainingBenchmark());
        TASKS.put("fit", new FitBenchmark());
        TASKS.put("predict", new PredictBenchmark());
        TASKS.put("automl", new AutoMlBenchmark());
        TASKS.put("trees", new TreesBenchmark());
        TASKS.put("http", new HttpBenchmark());
        TASKS.put("csv-batch", new CsvBatchBenchmark());
        TASKS.put("json", new JsonBenchmark());
        TASKS.put("malformed", new MalformedBenchmark());
        TASKS.put("rollouts", new RolloutBenchmark());
        TASKS.put("serve", new ServeBenchmark());
        TASKS.put("scrape", new ScrapeBenchmark());
        TASKS.put("overload", new OverloadBenchmark());
        TASKS.put("tracking", new TrackingBenchmark());
        TASKS.put("artifacts", new ArtifactsBenchmark());
        TASKS.put("drift", new DriftBenchmark());
        TASKS.put("profiles", new ProfileBenchmark());
        TASKS.put("ks", new KsBenchmark());
        TASKS.put("drift-parquet", new ParquetDriftBenchmark());
        TASKS.put("replay", new ReplayBenchmark());
        TASKS.put("runs", new RunsBenchmark());
        TASKS.put("reconcile", new ReconcileBenchmark());
        TASKS.put("quiet-league", new QuietLeagueStudy());
        TASKS.put("drift-policies", new DriftPolicyStudy());
        TASKS.put("quiet-halves", new QuietHalvesStudy());
        TASKS.put("faulty-feed", new FaultyFeedStudy());
        TASKS.put("home-advantage", new HomeAdvantageStudy());
        TASKS.put("strengths", new StrengthStudy());
        TASKS.put("truth", new TruthStudy());
        TASKS.put("gates", new GateStudy());
        TASKS.put("decisions", new DecisionStudy());
        TASKS.put("policies", new PolicyStudy());
        TASKS.put("killed-loop", new KilledLoopStudy());
        TASKS.put("killed-server", new KilledServerStudy());
        TASKS.put("killed-journal", new KilledJournalStudy());
        TASKS.put("tuning", new TuningStudy());
    }

    private OnDemand() {}

    /** Exit code 2: there is no such task or option. */
    public static void main(String[] words) throws Exception {
        Task task = words.length == 0 ? null : TASKS.get(words[0]);
        if (task == null) {
            System.err.println("Expected one of: " + String.join(", ", TASKS.keySet()));
            System.exit(2);
            return;
        }
        Arguments arguments;
        try {
            arguments = Arguments.parse(List.of(words).subList(1, words.length));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("name", words[0]);
        ObjectNode options = line.putObject("options");
        new TreeMap<>(arguments.values()).forEach((option, value) -> {
            if (!option.equals("data")) {
                options.put(option, value);
            }
        });
        line.put("data", arguments.data().isPresent() ? "file" : "simulated");
        line.set("machine", Machine.current().toJson());
        long start = System.nanoTime();
        line.set("result", task.run(arguments));
        line.put("seconds", Math.round((System.nanoTime() - start) / 1e8) / 10.0);
        System.out.println(line);
    }
}
