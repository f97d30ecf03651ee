package dev.keelson.store.redis;

import dev.keelson.features.SharedOnlineFeaturesContract;
import dev.keelson.features.spi.SharedOnlineStore;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Against a real server. */
final class RedisOnlineFeaturesContractIT extends SharedOnlineFeaturesContract {
    private static int projects;

    @BeforeAll
    static void start() throws IOException {
        RedisOnlineStoreContractIT.start();
    }

    @AfterAll
    static void stop() throws IOException {
        RedisOnlineStoreContractIT.stop();
    }

    @Override
    protected SharedOnlineStore open(boolean fresh) {
        projects += fresh ? 1 : 0;
        return RedisOnlineStoreContractIT.open("features" + projects);
    }
}
