import ai.h2o.automl.AutoML;
import ai.h2o.automl.AutoMLBuildSpec;
import hex.Model;
import hex.ModelMetricsBinomial;
import java.io.File;
import java.util.Date;
import water.H2O;
import water.H2OStarter;
import water.Key;
import water.fvec.Frame;
import water.fvec.NFSFileVec;
import water.parser.ParseDataset;

/** H2O-3 AutoML on train.csv, judged on test.csv: {@code java H2oAutoMl FOLDER SECONDS SEED}. */
public final class H2oAutoMl {
    private H2oAutoMl() {}

    public static void main(String[] words) throws Exception {
        File folder = new File(words[0]);
        double seconds = Double.parseDouble(words[1]);
        long seed = Long.parseLong(words[2]);
        H2OStarter.start(new String[] {"-name", "peer", "-nthreads", "2", "-ip", "127.0.0.1", "-disable_web", "-log_level", "WARN"}, System.getProperty("user.dir"));
        H2O.waitForCloudSize(1, 20_000);
        Frame train = parsed(new File(folder, "train.csv"), "train.hex");
        Frame test = parsed(new File(folder, "test.csv"), "test.hex");
        AutoMLBuildSpec spec = new AutoMLBuildSpec();
        spec.input_spec.training_frame = train._key;
        spec.input_spec.response_column = "label";
        spec.build_control.stopping_criteria.set_max_runtime_secs(seconds);
        spec.build_control.stopping_criteria.set_seed(seed);
        spec.build_control.project_name = "peer";
        long start = System.nanoTime();
        AutoML automl = AutoML.startAutoML(spec);
        automl.get();
        double took = (System.nanoTime() - start) / 1e9;
        Model<?, ?, ?> leader = automl.leader();
        leader.score(test).delete();
        ModelMetricsBinomial metrics = ModelMetricsBinomial.getFromDKV(leader, test);
        System.out.printf(
                java.util.Locale.ROOT,
                "{\"peer\":\"h2o-3 automl\",\"seconds\":%.1f,\"models\":%d,\"leader\":\"%s\",\"auc\":%.6f,\"log_loss\":%.6f}%n",
                took,
                automl.leaderboard().getModelCount(),
                leader._key,
                metrics.auc(),
                metrics.logloss());
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static Frame parsed(File file, String key) {
        NFSFileVec bytes = NFSFileVec.make(file);
        return ParseDataset.parse(Key.make(key), bytes._key);
    }
}
