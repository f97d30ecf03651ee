package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Thresholds, windows and times of the project file: what they are, where they are written, and how they are changed there.
 * Answers are JSON documents, described in docs/reference/settings.md. Safe for use by several threads.
 */
public interface SettingsService {
    /** Where there is no file that could be changed. */
    SettingsService NONE = new SettingsService() {
        @Override
        public JsonNode list() {
            throw none();
        }

        @Override
        public void check(Map<String, String> values, @Nullable String revision) {
            throw none();
        }

        @Override
        public JsonNode set(Map<String, String> values, @Nullable String revision, String actor, String reason) {
            throw none();
        }

        private KeelsonException none() {
            return new KeelsonException(ErrorCode.NOT_FOUND, "There is no project file whose settings could be changed.", null);
        }
    };

    /**
     * Every setting with its value, its standard, its place, and the revision of the file.
     *
     * @throws KeelsonException PROJECT_NOT_FOUND; YAML_SYNTAX
     */
    JsonNode list();

    /**
     * Checks what {@link #set} would refuse, and writes nothing.
     *
     * @throws KeelsonException as there
     */
    void check(Map<String, String> values, @Nullable String revision);

    /**
     * Writes settings to the project file, all or none, each in the audit trail with its old and its new value; from then on
     * they count.
     *
     * @param values by path
     * @param revision of the file that they were decided by; null for whichever it is
     * @return what changed; what is as it was is not among it
     * @throws KeelsonException with every problem: NOT_FOUND; BAD_VALUE, or what else is wrong with the project file then;
     *     CONFLICT when the file was changed since that revision
     */
    JsonNode set(Map<String, String> values, @Nullable String revision, String actor, String reason);
}
