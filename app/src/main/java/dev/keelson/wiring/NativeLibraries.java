package dev.keelson.wiring;

import dev.keelson.boosting.xgboost.XGBoostProvider;
import dev.keelson.learn.Task;
import dev.keelson.learn.neural.Activation;
import dev.keelson.learn.neural.GradientEngine;
import dev.keelson.learn.neural.Network;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The libraries of machine code that the product cannot do without. */
public final class NativeLibraries {
    private NativeLibraries() {}

    /** Loads each of them: its name to the failure, empty when it works. */
    public static Map<String, Optional<Throwable>> load() {
        Map<String, Optional<Throwable>> results = new LinkedHashMap<>();
        results.put("XGBoost", attempt(XGBoostProvider::requireNatives));
        results.put("DuckDB", attempt(() -> connect("jdbc:duckdb:")));
        results.put("SQLite", attempt(() -> connect("jdbc:sqlite::memory:")));
        return results;
    }

    /** Why PyTorch, with which the learner of that name trains, is not there; empty when it is. */
    public static Optional<Throwable> torch(String learner) {
        Network network = new Network.Dense(1, List.of(), Activation.RELU, false, 1);
        return attempt(() -> GradientEngine.installed(learner)
                .open(network, new Task.Regression(), learner, "cpu")
                .close());
    }

    private interface Attempt {
        void run() throws SQLException;
    }

    private static void connect(String url) throws SQLException {
        DriverManager.getConnection(url).close();
    }

    private static Optional<Throwable> attempt(Attempt attempt) {
        try {
            attempt.run();
            return Optional.empty();
        } catch (SQLException | RuntimeException | LinkageError e) {
            return Optional.of(e);
        }
    }
}
