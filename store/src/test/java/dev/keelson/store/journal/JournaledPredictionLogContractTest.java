package dev.keelson.store.journal;

import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.serve.spi.PredictionLogContract;
import dev.keelson.store.files.StateFolder;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

final class JournaledPredictionLogContractTest extends PredictionLogContract {
    @TempDir
    private Path folder;

    @Override
    protected PredictionLog newLog() {
        return JournaledPredictionLog.open(
                new StateFolder(folder), JournalConfig.defaults().withSegmentBytes(1024));
    }

    @Override
    protected Optional<PredictionLog> reopen(PredictionLog open) {
        open.close();
        return Optional.of(newLog());
    }
}
