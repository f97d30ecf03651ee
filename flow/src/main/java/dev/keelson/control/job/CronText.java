package dev.keelson.control.job;

import com.cronutils.descriptor.CronDescriptor;
import dev.keelson.control.Cron;
import java.time.ZoneId;
import java.util.Locale;

/** Schedules in words. */
public final class CronText {
    private CronText() {}

    /**
     * When it is due, such as {@code at 02:00, Europe/London}.
     *
     * @param cron five fields
     * @throws IllegalArgumentException if the fields cannot be read
     */
    public static String sentence(String cron, ZoneId zone) {
        String words = CronDescriptor.instance(Locale.UK)
                .describe(Cron.parse(cron));
        return "%s, %s".formatted(words, zone.getId());
    }
}
