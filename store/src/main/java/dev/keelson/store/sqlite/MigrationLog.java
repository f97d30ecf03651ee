package dev.keelson.store.sqlite;

import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogCreator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what the migration tool says about its life to the DEBUG level: to a user it is no news. Nor are its errors: whatever
 * stops a migration is thrown as well.
 */
public final class MigrationLog implements LogCreator {

    /** Called by the migration tool, by name. */
    public MigrationLog() {}

    @Override
    public Log createLogger(Class<?> owner) {
        Logger logger = LoggerFactory.getLogger(owner);
        return new Log() {
            @Override
            @SuppressWarnings("deprecation") // the interface still asks for it
            public boolean isDebugEnabled() {
                return logger.isDebugEnabled();
            }

            @Override
            public void debug(@Nullable String message) {
                logger.trace(message);
            }

            @Override
            public void info(@Nullable String message) {
                logger.debug(message);
            }

            @Override
            public void notice(@Nullable String message) {
                logger.debug(message);
            }

            @Override
            public void warn(@Nullable String message) {
                logger.warn(message);
            }

            @Override
            public void error(@Nullable String message) {
                logger.error(message);
            }

            @Override
            public void error(@Nullable String message, @Nullable Exception cause) {
                logger.debug(message, cause);
            }
        };
    }
}
