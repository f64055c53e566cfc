"""Attendance of sessions: convocations, who came, and the referrals that follow (ADR 0032)."""
