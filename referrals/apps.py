from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = "Orientations"

    def ready(self) -> None:
        from core.hooks import (
            agreement_given,
            agreement_needs,
            agreement_withdrawn,
            closure_declared,
            handovers,
            hindrances,
            links_needed,
            list_sources,
            mail_bounced,
            outbox_handlers,
            outbox_words,
            part_erased,
            record_rows,
            records_opened_for,
            session_links,
            timeline_sources,
            todo_sources,
            trail_subjects,
            transition_applied,
        )
        from partners.exporting import lists
        from referrals import (
            agreements,
            becoming,
            delays,
            erasing,
            exporting,
            guard,
            handing_over,
            history,
            links,
            listing,
            personal_data,
            presenting,
            putting_off,
            returns,
            starting,
            todo,
            told,
        )
        from referrals.attendance import reading as attendance
        from referrals.breaches import declaring
        from referrals.breaches import todo as breaches_todo
        from referrals.digital import answering, reading
        from referrals.digital import todo as digital_todo
        from referrals.forewords import forewords
        from referrals.moves import left_without_solution
        from referrals.offers import places
        from referrals.opinions import known
        from referrals.placements import presenting as placements
        from referrals.placements import todo as placement_tasks
        from referrals.youth_links import asking, declared

        todo_sources.register("referral", todo.cards)
        todo_sources.register(declaring.SUBJECT, breaches_todo.cards)
        transition_applied.connect(declaring.handed_over)
        links_needed.register("referral", links.needed)
        todo_sources.register("placement", placement_tasks.cards)
        record_rows.register("placement_rows", placements.rows)
        timeline_sources.register("placement", placements.of_youth)
        trail_subjects.register("placement", placements.identifiers_of)
        hindrances.register("placement", erasing.placement_hindrance)
        trail_subjects.register("referral", presenting.identifiers_of)
        list_sources.register("dispositif", listing.PROGRAMME)
        lists.register(exporting.REFERRALS)
        timeline_sources.register("referral", presenting.of_youth)
        record_rows.register("attendance_rows", attendance.rows_of_record)
        timeline_sources.register("attendance", attendance.of_youth)
        session_links.register("attendance", attendance.links_of)
        left_without_solution.connect(returns.prepare_return)
        records_opened_for.register(returns.RETURN, returns.address_for)
        agreements.register()
        delays.register()
        closure_declared.connect(putting_off.ask)
        outbox_handlers.register(putting_off.KIND, putting_off.put_off)
        agreement_given.connect(agreements.attach)
        agreement_withdrawn.connect(agreements.detach)
        agreement_needs.register("referral", agreements.needed)
        outbox_handlers.register(places.FREED, places.tell_waiting)
        outbox_words.register(putting_off.KIND, "Échéances à reporter : une structure ferme")
        outbox_words.register(asking.MAIL, "Courriel : un lien pour un jeune")
        outbox_words.register(places.FREED, "Avis : une place s’est libérée")
        handovers.register("draft", handing_over.DRAFTS)
        handovers.register("referral_sent", handing_over.SENT)
        handovers.register("referral_received", handing_over.RECEIVED)
        handovers.register("breach", handing_over.BREACHES)
        hindrances.register("referral", erasing.hindrance)
        part_erased.connect(erasing.close_access)
        todo_sources.register(answering.OF_LINK, digital_todo.cards)
        outbox_handlers.register(asking.MAIL, asking.send_mail)
        mail_bounced.connect(asking.unreached)
        declared.register()
        forewords.register("inclusion_numerique", reading.foreword)
        history.register()
        personal_data.register()
        told.register()
        post_migrate.connect(guard.sync_transitions, sender=self)
        post_migrate.connect(known.sync, sender=self)
        post_migrate.connect(becoming.sync, sender=self)
        post_migrate.connect(starting.sync, sender=self)
