package dev.keelson.cli;

import com.cronutils.model.field.CronField;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.field.expression.Always;
import com.cronutils.model.field.expression.And;
import com.cronutils.model.field.expression.Between;
import com.cronutils.model.field.expression.Every;
import com.cronutils.model.field.expression.FieldExpression;
import com.cronutils.model.field.expression.On;
import dev.keelson.control.Cron;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Five fields of cron as expressions of systemd.time(7). Cron's days of month and of week are either-or when both are given;
 * systemd's are both-and, so that two expressions are needed.
 */
final class OnCalendar {
    private static final List<String> DAYS = List.of("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");

    private OnCalendar() {}

    /**
     * One or two expressions.
     *
     * @throws IllegalArgumentException if the fields cannot be read
     */
    static List<String> of(String cron) {
        Map<CronFieldName, CronField> fields = Cron.parse(cron).retrieveFieldsAsMap();
        String month = number(expression(fields, CronFieldName.MONTH), 1);
        String days = number(expression(fields, CronFieldName.DAY_OF_MONTH), 1);
        String time = "%s:%s:00"
                .formatted(
                        number(expression(fields, CronFieldName.HOUR), 0), number(expression(fields, CronFieldName.MINUTE), 0));
        FieldExpression week = expression(fields, CronFieldName.DAY_OF_WEEK);
        boolean anyDay = days.equals("*");
        if (always(week)) {
            return List.of("*-%s-%s %s".formatted(month, days, time));
        }
        String weekly = "%s *-%s-* %s".formatted(weekdays(week), month, time);
        return anyDay ? List.of(weekly) : List.of("*-%s-%s %s".formatted(month, days, time), weekly);
    }

    private static FieldExpression expression(Map<CronFieldName, CronField> fields, CronFieldName name) {
        return Objects.requireNonNull(fields.get(name)).getExpression();
    }

    private static boolean always(FieldExpression expression) {
        return expression instanceof Always;
    }

    private static String number(FieldExpression expression, int first) {
        return switch (expression) {
            case Always _ -> "*";
            case On on -> String.valueOf(on.getTime().getValue());
            case Between between -> between.getFrom().getValue() + ".." + between.getTo().getValue();
            case Every every -> every.getExpression() instanceof Always || isZero(every.getExpression())
                    ? "%d/%d".formatted(first, every.getPeriod().getValue())
                    : "%s/%d".formatted(number(every.getExpression(), first), every.getPeriod().getValue());
            case And and -> and.getExpressions().stream().map(each -> number(each, first)).collect(Collectors.joining(","));
            default -> throw new IllegalArgumentException("The field (%s) has no like in systemd.".formatted(expression.asString()));
        };
    }

    private static boolean isZero(FieldExpression expression) {
        return expression instanceof On on && on.getTime().getValue() == 0;
    }

    private static String weekdays(FieldExpression expression) {
        return switch (expression) {
            case On on -> DAYS.get(on.getTime().getValue());
            case Between between -> DAYS.get((Integer) between.getFrom().getValue()) + ".." + DAYS.get((Integer) between.getTo().getValue());
            case And and -> and.getExpressions().stream().map(OnCalendar::weekdays).collect(Collectors.joining(","));
            case Every every -> IntStream.iterate(0, day -> day < 7, day -> day + every.getPeriod().getValue())
                    .mapToObj(DAYS::get)
                    .collect(Collectors.joining(","));
            default -> throw new IllegalArgumentException("The days (%s) have no like in systemd.".formatted(expression.asString()));
        };
    }
}
