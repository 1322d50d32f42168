export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  public: {
    Tables: {
      account_details: {
        Row: {
          account_id: string
          locale: string
          phone: string | null
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          locale?: string
          phone?: string | null
          updated_at?: string
        }
        Update: {
          account_id?: string
          locale?: string
          phone?: string | null
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'account_details_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      account_roles: {
        Row: {
          account_id: string
          created_at: string
          role: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          role: string
        }
        Update: {
          account_id?: string
          created_at?: string
          role?: string
        }
        Relationships: [
          {
            foreignKeyName: 'account_roles_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      account_skills: {
        Row: {
          account_id: string
          created_at: string
          id: string
          level: number | null
          skill_id: string
          updated_at: string
          years: number | null
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          created_at?: string
          id?: string
          level?: number | null
          skill_id: string
          updated_at?: string
          years?: number | null
        }
        Update: {
          account_id?: string
          created_at?: string
          id?: string
          level?: number | null
          skill_id?: string
          updated_at?: string
          years?: number | null
        }
        Relationships: [
          {
            foreignKeyName: 'account_skills_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'account_skills_skill_id_fkey'
            columns: ['skill_id']
            isOneToOne: false
            referencedRelation: 'skills'
            referencedColumns: ['id']
          },
        ]
      }
      accounts: {
        Row: {
          avatar_path: string | null
          bio: string | null
          city: string | null
          country: string | null
          created_at: string
          first_name: string | null
          full_name: string | null
          id: string
          is_listed: boolean
          is_verified: boolean
          last_name: string | null
          updated_at: string
          username: string | null
        }
        ComputedFields: never
        Insert: {
          avatar_path?: string | null
          bio?: string | null
          city?: string | null
          country?: string | null
          created_at?: string
          first_name?: string | null
          full_name?: never
          id: string
          is_listed?: boolean
          is_verified?: boolean
          last_name?: string | null
          updated_at?: string
          username?: string | null
        }
        Update: {
          avatar_path?: string | null
          bio?: string | null
          city?: string | null
          country?: string | null
          created_at?: string
          first_name?: string | null
          full_name?: never
          id?: string
          is_listed?: boolean
          is_verified?: boolean
          last_name?: string | null
          updated_at?: string
          username?: string | null
        }
        Relationships: []
      }
      assistant_messages: {
        Row: {
          account_id: string
          body: string
          client_id: string | null
          created_at: string
          data: NonNullable<Json>
          reply_to: number | null
          role: string
          seq: number
          session_id: string
          source: string | null
        }
        ComputedFields: never
        Insert: {
          account_id: string
          body: string
          client_id?: string | null
          created_at?: string
          data?: NonNullable<Json>
          reply_to?: number | null
          role: string
          seq: number
          session_id: string
          source?: string | null
        }
        Update: {
          account_id?: string
          body?: string
          client_id?: string | null
          created_at?: string
          data?: NonNullable<Json>
          reply_to?: number | null
          role?: string
          seq?: number
          session_id?: string
          source?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'assistant_messages_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'assistant_messages_session_id_fkey'
            columns: ['session_id']
            isOneToOne: false
            referencedRelation: 'assistant_sessions'
            referencedColumns: ['id']
          },
        ]
      }
      assistant_sessions: {
        Row: {
          account_id: string
          created_at: string
          id: string
          last_message_at: string
          locale: string
          messages_count: number
          title: string | null
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          id?: string
          last_message_at?: string
          locale: string
          messages_count?: number
          title?: string | null
          updated_at?: string
        }
        Update: {
          account_id?: string
          created_at?: string
          id?: string
          last_message_at?: string
          locale?: string
          messages_count?: number
          title?: string | null
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'assistant_sessions_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      blocks: {
        Row: {
          account_id: string
          blocked_id: string
          created_at: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          blocked_id: string
          created_at?: string
        }
        Update: {
          account_id?: string
          blocked_id?: string
          created_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'blocks_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'blocks_blocked_id_fkey'
            columns: ['blocked_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      candidate_follow_ups: {
        Row: {
          account_id: string
          candidate_id: string
          created_at: string
          due_at: string
          id: string
          is_completed: boolean
          notes: string | null
          reminded_at: string | null
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          candidate_id: string
          created_at?: string
          due_at: string
          id?: string
          is_completed?: boolean
          notes?: string | null
          reminded_at?: string | null
          updated_at?: string
        }
        Update: {
          account_id?: string
          candidate_id?: string
          created_at?: string
          due_at?: string
          id?: string
          is_completed?: boolean
          notes?: string | null
          reminded_at?: string | null
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'candidate_follow_ups_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'recruiter_profiles'
            referencedColumns: ['account_id']
          },
        ]
      }
      candidate_notes: {
        Row: {
          account_id: string
          candidate_id: string
          created_at: string
          id: string
          note_text: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          candidate_id: string
          created_at?: string
          id?: string
          note_text: string
          updated_at?: string
        }
        Update: {
          account_id?: string
          candidate_id?: string
          created_at?: string
          id?: string
          note_text?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'candidate_notes_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'recruiter_profiles'
            referencedColumns: ['account_id']
          },
        ]
      }
      casting_files: {
        Row: {
          account_id: string
          casting_id: string
          created_at: string
          file_id: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          casting_id: string
          created_at?: string
          file_id: string
        }
        Update: {
          account_id?: string
          casting_id?: string
          created_at?: string
          file_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'casting_files_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'casting_files_casting_id_fkey'
            columns: ['casting_id']
            isOneToOne: false
            referencedRelation: 'castings'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'casting_files_file_id_fkey'
            columns: ['file_id']
            isOneToOne: false
            referencedRelation: 'files'
            referencedColumns: ['id']
          },
        ]
      }
      casting_responses: {
        Row: {
          casting_id: string
          created_at: string
          currency: string
          id: string
          message: string | null
          model_id: string
          portfolio_links: string[]
          proposed_rate: number | null
          reminded_at: string | null
          responded_by: string | null
          status: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          casting_id: string
          created_at?: string
          currency: string
          id?: string
          message?: string | null
          model_id: string
          portfolio_links?: string[]
          proposed_rate?: number | null
          reminded_at?: string | null
          responded_by?: string | null
          status?: string
          updated_at?: string
        }
        Update: {
          casting_id?: string
          created_at?: string
          currency?: string
          id?: string
          message?: string | null
          model_id?: string
          portfolio_links?: string[]
          proposed_rate?: number | null
          reminded_at?: string | null
          responded_by?: string | null
          status?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'casting_responses_casting_id_fkey'
            columns: ['casting_id']
            isOneToOne: false
            referencedRelation: 'castings'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'casting_responses_model_id_fkey'
            columns: ['model_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'casting_responses_responded_by_fkey'
            columns: ['responded_by']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      castings: {
        Row: {
          accepted_count: number
          address: string | null
          announced_at: string | null
          appearance: string | null
          category: string
          city: string | null
          country: string | null
          cover_path: string | null
          created_at: string
          currency: string
          description: string
          duration_days: number | null
          experience: string | null
          gender: string | null
          id: string
          is_urgent: boolean
          languages: string[]
          max_age: number | null
          max_height: number | null
          min_age: number | null
          min_height: number | null
          models_needed: number | null
          organization_id: string | null
          owner_id: string
          pay_max: number | null
          pay_min: number | null
          pay_type: string
          promoted_until: string | null
          published_at: string | null
          response_deadline: string | null
          responses_count: number
          shoot_date: string | null
          status: string
          tags: string[]
          title: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          accepted_count?: number
          address?: string | null
          announced_at?: string | null
          appearance?: string | null
          category: string
          city?: string | null
          country?: string | null
          cover_path?: string | null
          created_at?: string
          currency?: string
          description: string
          duration_days?: number | null
          experience?: string | null
          gender?: string | null
          id?: string
          is_urgent?: boolean
          languages?: string[]
          max_age?: number | null
          max_height?: number | null
          min_age?: number | null
          min_height?: number | null
          models_needed?: number | null
          organization_id?: string | null
          owner_id?: string
          pay_max?: number | null
          pay_min?: number | null
          pay_type?: string
          promoted_until?: string | null
          published_at?: string | null
          response_deadline?: string | null
          responses_count?: number
          shoot_date?: string | null
          status?: string
          tags?: string[]
          title: string
          updated_at?: string
        }
        Update: {
          accepted_count?: number
          address?: string | null
          announced_at?: string | null
          appearance?: string | null
          category?: string
          city?: string | null
          country?: string | null
          cover_path?: string | null
          created_at?: string
          currency?: string
          description?: string
          duration_days?: number | null
          experience?: string | null
          gender?: string | null
          id?: string
          is_urgent?: boolean
          languages?: string[]
          max_age?: number | null
          max_height?: number | null
          min_age?: number | null
          min_height?: number | null
          models_needed?: number | null
          organization_id?: string | null
          owner_id?: string
          pay_max?: number | null
          pay_min?: number | null
          pay_type?: string
          promoted_until?: string | null
          published_at?: string | null
          response_deadline?: string | null
          responses_count?: number
          shoot_date?: string | null
          status?: string
          tags?: string[]
          title?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'castings_category_fkey'
            columns: ['category']
            isOneToOne: false
            referencedRelation: 'categories'
            referencedColumns: ['slug']
          },
          {
            foreignKeyName: 'castings_organization_id_fkey'
            columns: ['organization_id']
            isOneToOne: false
            referencedRelation: 'organizations'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'castings_owner_id_fkey'
            columns: ['owner_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      catalog_proposals: {
        Row: {
          account_id: string
          created_at: string
          decided_at: string | null
          id: string
          name: string
          note: string | null
          parent: string | null
          reason: string | null
          status: string
          type: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          created_at?: string
          decided_at?: string | null
          id?: string
          name: string
          note?: string | null
          parent?: string | null
          reason?: string | null
          status?: string
          type: string
        }
        Update: {
          account_id?: string
          created_at?: string
          decided_at?: string | null
          id?: string
          name?: string
          note?: string | null
          parent?: string | null
          reason?: string | null
          status?: string
          type?: string
        }
        Relationships: [
          {
            foreignKeyName: 'catalog_proposals_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      categories: {
        Row: {
          kinds: string[]
          name: string
          name_kk: string | null
          name_ru: string | null
          parent_slug: string | null
          position: number
          slug: string
        }
        ComputedFields: never
        Insert: {
          kinds: string[]
          name: string
          name_kk?: string | null
          name_ru?: string | null
          parent_slug?: string | null
          position?: number
          slug: string
        }
        Update: {
          kinds?: string[]
          name?: string
          name_kk?: string | null
          name_ru?: string | null
          parent_slug?: string | null
          position?: number
          slug?: string
        }
        Relationships: [
          {
            foreignKeyName: 'categories_parent_slug_fkey'
            columns: ['parent_slug']
            isOneToOne: false
            referencedRelation: 'categories'
            referencedColumns: ['slug']
          },
        ]
      }
      cities: {
        Row: {
          name: string
          slug: string
          state_slug: string
        }
        ComputedFields: never
        Insert: {
          name: string
          slug: string
          state_slug: string
        }
        Update: {
          name?: string
          slug?: string
          state_slug?: string
        }
        Relationships: [
          {
            foreignKeyName: 'cities_state_slug_fkey'
            columns: ['state_slug']
            isOneToOne: false
            referencedRelation: 'states'
            referencedColumns: ['slug']
          },
        ]
      }
      client_profiles: {
        Row: {
          account_id: string
          company_name: string | null
          created_at: string
          description: string | null
          rating: number | null
          reviews_count: number
          updated_at: string
          website: string | null
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          company_name?: string | null
          created_at?: string
          description?: string | null
          rating?: number | null
          reviews_count?: number
          updated_at?: string
          website?: string | null
        }
        Update: {
          account_id?: string
          company_name?: string | null
          created_at?: string
          description?: string | null
          rating?: number | null
          reviews_count?: number
          updated_at?: string
          website?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'client_profiles_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      conversation_members: {
        Row: {
          account_id: string
          conversation_id: string
          joined_at: string
          joined_seq: number
          left_seq: number | null
          left_title: string | null
          left_version: number | null
          muted_until: string | null
          read_seq: number
          role: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          conversation_id: string
          joined_at?: string
          joined_seq?: number
          left_seq?: number | null
          left_title?: string | null
          left_version?: number | null
          muted_until?: string | null
          read_seq?: number
          role?: string
        }
        Update: {
          account_id?: string
          conversation_id?: string
          joined_at?: string
          joined_seq?: number
          left_seq?: number | null
          left_title?: string | null
          left_version?: number | null
          muted_until?: string | null
          read_seq?: number
          role?: string
        }
        Relationships: [
          {
            foreignKeyName: 'conversation_members_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'conversation_members_conversation_id_fkey'
            columns: ['conversation_id']
            isOneToOne: false
            referencedRelation: 'conversations'
            referencedColumns: ['id']
          },
        ]
      }
      conversations: {
        Row: {
          context_id: string | null
          context_type: string | null
          created_at: string
          created_by: string | null
          epoch: number
          id: string
          kind: string
          last_message_at: string | null
          last_seq: number
          pair: string | null
          title: string | null
          updated_at: string
          version: number
        }
        ComputedFields: never
        Insert: {
          context_id?: string | null
          context_type?: string | null
          created_at?: string
          created_by?: string | null
          epoch?: number
          id?: string
          kind: string
          last_message_at?: string | null
          last_seq?: number
          pair?: string | null
          title?: string | null
          updated_at?: string
          version?: number
        }
        Update: {
          context_id?: string | null
          context_type?: string | null
          created_at?: string
          created_by?: string | null
          epoch?: number
          id?: string
          kind?: string
          last_message_at?: string | null
          last_seq?: number
          pair?: string | null
          title?: string | null
          updated_at?: string
          version?: number
        }
        Relationships: [
          {
            foreignKeyName: 'conversations_created_by_fkey'
            columns: ['created_by']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      countries: {
        Row: {
          code: string
          name: string
        }
        ComputedFields: never
        Insert: {
          code: string
          name: string
        }
        Update: {
          code?: string
          name?: string
        }
        Relationships: []
      }
      creator_profiles: {
        Row: {
          account_id: string
          behance: string | null
          completed_orders: number
          created_at: string
          dribbble: string | null
          experience: string | null
          instagram: string | null
          portfolio_link: string | null
          rating: number | null
          reviews_count: number
          specialization: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          behance?: string | null
          completed_orders?: number
          created_at?: string
          dribbble?: string | null
          experience?: string | null
          instagram?: string | null
          portfolio_link?: string | null
          rating?: number | null
          reviews_count?: number
          specialization: string
          updated_at?: string
        }
        Update: {
          account_id?: string
          behance?: string | null
          completed_orders?: number
          created_at?: string
          dribbble?: string | null
          experience?: string | null
          instagram?: string | null
          portfolio_link?: string | null
          rating?: number | null
          reviews_count?: number
          specialization?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'creator_profiles_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      currencies: {
        Row: {
          code: string
          minor_units: number
          name: string
        }
        ComputedFields: never
        Insert: {
          code: string
          minor_units: number
          name: string
        }
        Update: {
          code?: string
          minor_units?: number
          name?: string
        }
        Relationships: []
      }
      devices: {
        Row: {
          account_id: string
          created_at: string
          id: string
          last_seen_at: string
          platform: string
          token: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          id?: string
          last_seen_at?: string
          platform: string
          token: string
        }
        Update: {
          account_id?: string
          created_at?: string
          id?: string
          last_seen_at?: string
          platform?: string
          token?: string
        }
        Relationships: [
          {
            foreignKeyName: 'devices_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      employer_profiles: {
        Row: {
          account_id: string
          business_id: string | null
          city: string | null
          company_name: string
          contact_person: string | null
          country: string | null
          created_at: string
          description: string | null
          is_verified: boolean
          logo_path: string | null
          phone: string | null
          rating: number | null
          rejection_reason: string | null
          reviews_count: number
          updated_at: string
          website: string | null
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          business_id?: string | null
          city?: string | null
          company_name: string
          contact_person?: string | null
          country?: string | null
          created_at?: string
          description?: string | null
          is_verified?: boolean
          logo_path?: string | null
          phone?: string | null
          rating?: number | null
          rejection_reason?: string | null
          reviews_count?: number
          updated_at?: string
          website?: string | null
        }
        Update: {
          account_id?: string
          business_id?: string | null
          city?: string | null
          company_name?: string
          contact_person?: string | null
          country?: string | null
          created_at?: string
          description?: string | null
          is_verified?: boolean
          logo_path?: string | null
          phone?: string | null
          rating?: number | null
          rejection_reason?: string | null
          reviews_count?: number
          updated_at?: string
          website?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'employer_profiles_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      entitlements: {
        Row: {
          description: string
          id: string
          kind: string
          product: string
        }
        ComputedFields: never
        Insert: {
          description: string
          id: string
          kind: string
          product: string
        }
        Update: {
          description?: string
          id?: string
          kind?: string
          product?: string
        }
        Relationships: []
      }
      favorites: {
        Row: {
          account_id: string
          created_at: string
          entity_id: string
          entity_type: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          entity_id: string
          entity_type: string
        }
        Update: {
          account_id?: string
          created_at?: string
          entity_id?: string
          entity_type?: string
        }
        Relationships: [
          {
            foreignKeyName: 'favorites_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      files: {
        Row: {
          account_id: string
          bucket_id: string
          content_type: string
          created_at: string
          id: string
          name: string
          path: string
          size: number
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          bucket_id: string
          content_type: string
          created_at?: string
          id: string
          name: string
          path: string
          size: number
          updated_at?: string
        }
        Update: {
          account_id?: string
          bucket_id?: string
          content_type?: string
          created_at?: string
          id?: string
          name?: string
          path?: string
          size?: number
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'files_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      freelancer_profiles: {
        Row: {
          account_id: string
          completed_tasks: number
          created_at: string
          currency: string
          experience: string | null
          headline: string
          hourly_rate: number | null
          is_available: boolean
          portfolio_link: string | null
          rating: number | null
          reviews_count: number
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          completed_tasks?: number
          created_at?: string
          currency?: string
          experience?: string | null
          headline: string
          hourly_rate?: number | null
          is_available?: boolean
          portfolio_link?: string | null
          rating?: number | null
          reviews_count?: number
          updated_at?: string
        }
        Update: {
          account_id?: string
          completed_tasks?: number
          created_at?: string
          currency?: string
          experience?: string | null
          headline?: string
          hourly_rate?: number | null
          is_available?: boolean
          portfolio_link?: string | null
          rating?: number | null
          reviews_count?: number
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'freelancer_profiles_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      invoices: {
        Row: {
          account_id: string
          amount: number
          currency: string
          description: string
          issued_at: string
          number: number
          payment_id: string
          purpose: string
          quantity: number | null
        }
        ComputedFields: never
        Insert: {
          account_id: string
          amount: number
          currency: string
          description: string
          issued_at?: string
          number: number
          payment_id: string
          purpose: string
          quantity?: number | null
        }
        Update: {
          account_id?: string
          amount?: number
          currency?: string
          description?: string
          issued_at?: string
          number?: number
          payment_id?: string
          purpose?: string
          quantity?: number | null
        }
        Relationships: [
          {
            foreignKeyName: 'invoices_payment_id_fkey'
            columns: ['payment_id']
            isOneToOne: true
            referencedRelation: 'payments'
            referencedColumns: ['id']
          },
        ]
      }
      message_files: {
        Row: {
          conversation_id: string
          file_id: string
          position: number
          seq: number
        }
        ComputedFields: never
        Insert: {
          conversation_id: string
          file_id: string
          position: number
          seq: number
        }
        Update: {
          conversation_id?: string
          file_id?: string
          position?: number
          seq?: number
        }
        Relationships: [
          {
            foreignKeyName: 'message_files_conversation_id_seq_fkey'
            columns: ['conversation_id', 'seq']
            isOneToOne: false
            referencedRelation: 'messages'
            referencedColumns: ['conversation_id', 'seq']
          },
          {
            foreignKeyName: 'message_files_file_id_fkey'
            columns: ['file_id']
            isOneToOne: false
            referencedRelation: 'files'
            referencedColumns: ['id']
          },
        ]
      }
      messages: {
        Row: {
          author_id: string | null
          body: string | null
          client_id: string | null
          conversation_id: string
          created_at: string
          data: NonNullable<Json>
          deleted_at: string | null
          edited_at: string | null
          is_redacted: boolean
          kind: string
          reply_to_seq: number | null
          seq: number
          version: number
        }
        ComputedFields: never
        Insert: {
          author_id?: string | null
          body?: string | null
          client_id?: string | null
          conversation_id: string
          created_at?: string
          data?: NonNullable<Json>
          deleted_at?: string | null
          edited_at?: string | null
          is_redacted?: boolean
          kind?: string
          reply_to_seq?: number | null
          seq: number
          version: number
        }
        Update: {
          author_id?: string | null
          body?: string | null
          client_id?: string | null
          conversation_id?: string
          created_at?: string
          data?: NonNullable<Json>
          deleted_at?: string | null
          edited_at?: string | null
          is_redacted?: boolean
          kind?: string
          reply_to_seq?: number | null
          seq?: number
          version?: number
        }
        Relationships: [
          {
            foreignKeyName: 'messages_author_id_fkey'
            columns: ['author_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'messages_conversation_id_fkey'
            columns: ['conversation_id']
            isOneToOne: false
            referencedRelation: 'conversations'
            referencedColumns: ['id']
          },
        ]
      }
      model_profiles: {
        Row: {
          accepts_barter: boolean
          account_id: string
          bio: string | null
          birth_date: string
          bust: number | null
          can_travel: boolean
          categories: string[]
          city: string | null
          clothing_size: string | null
          country: string | null
          created_at: string
          currency: string
          day_rate: number | null
          experience: string | null
          eye_color: string | null
          gender: string
          hair_color: string | null
          height: number | null
          hips: number | null
          hourly_rate: number | null
          id: string
          languages: string[]
          name: string
          promoted_until: string | null
          rating: number | null
          reviews_count: number
          shoe_size: number | null
          skin_tone: string | null
          travel_cities: string[]
          updated_at: string
          visibility: string
          waist: number | null
          weight: number | null
        }
        ComputedFields: never
        Insert: {
          accepts_barter?: boolean
          account_id?: string
          bio?: string | null
          birth_date: string
          bust?: number | null
          can_travel?: boolean
          categories?: string[]
          city?: string | null
          clothing_size?: string | null
          country?: string | null
          created_at?: string
          currency?: string
          day_rate?: number | null
          experience?: string | null
          eye_color?: string | null
          gender: string
          hair_color?: string | null
          height?: number | null
          hips?: number | null
          hourly_rate?: number | null
          id?: string
          languages?: string[]
          name: string
          promoted_until?: string | null
          rating?: number | null
          reviews_count?: number
          shoe_size?: number | null
          skin_tone?: string | null
          travel_cities?: string[]
          updated_at?: string
          visibility?: string
          waist?: number | null
          weight?: number | null
        }
        Update: {
          accepts_barter?: boolean
          account_id?: string
          bio?: string | null
          birth_date?: string
          bust?: number | null
          can_travel?: boolean
          categories?: string[]
          city?: string | null
          clothing_size?: string | null
          country?: string | null
          created_at?: string
          currency?: string
          day_rate?: number | null
          experience?: string | null
          eye_color?: string | null
          gender?: string
          hair_color?: string | null
          height?: number | null
          hips?: number | null
          hourly_rate?: number | null
          id?: string
          languages?: string[]
          name?: string
          promoted_until?: string | null
          rating?: number | null
          reviews_count?: number
          shoe_size?: number | null
          skin_tone?: string | null
          travel_cities?: string[]
          updated_at?: string
          visibility?: string
          waist?: number | null
          weight?: number | null
        }
        Relationships: [
          {
            foreignKeyName: 'model_profiles_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      model_work_experiences: {
        Row: {
          account_id: string
          company: string
          created_at: string
          description: string | null
          end_date: string | null
          id: string
          position: string
          start_date: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          company: string
          created_at?: string
          description?: string | null
          end_date?: string | null
          id?: string
          position: string
          start_date: string
        }
        Update: {
          account_id?: string
          company?: string
          created_at?: string
          description?: string | null
          end_date?: string | null
          id?: string
          position?: string
          start_date?: string
        }
        Relationships: [
          {
            foreignKeyName: 'model_work_experiences_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'model_profiles'
            referencedColumns: ['account_id']
          },
        ]
      }
      notification_preferences: {
        Row: {
          account_id: string
          channel: string
          is_enabled: boolean
          type: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          channel: string
          is_enabled: boolean
          type: string
        }
        Update: {
          account_id?: string
          channel?: string
          is_enabled?: boolean
          type?: string
        }
        Relationships: [
          {
            foreignKeyName: 'notification_preferences_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'notification_preferences_type_fkey'
            columns: ['type']
            isOneToOne: false
            referencedRelation: 'notification_types'
            referencedColumns: ['type']
          },
        ]
      }
      notification_settings: {
        Row: {
          account_id: string
          digest: string
          quiet_from: string | null
          quiet_until: string | null
          time_zone: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          digest?: string
          quiet_from?: string | null
          quiet_until?: string | null
          time_zone?: string
          updated_at?: string
        }
        Update: {
          account_id?: string
          digest?: string
          quiet_from?: string | null
          quiet_until?: string | null
          time_zone?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'notification_settings_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      notification_types: {
        Row: {
          description: string
          grouped_by: string | null
          is_emailed: boolean
          type: string
        }
        ComputedFields: never
        Insert: {
          description: string
          grouped_by?: string | null
          is_emailed?: boolean
          type: string
        }
        Update: {
          description?: string
          grouped_by?: string | null
          is_emailed?: boolean
          type?: string
        }
        Relationships: []
      }
      notifications: {
        Row: {
          account_id: string
          created_at: string
          data: NonNullable<Json>
          group_key: string | null
          id: number
          read_at: string | null
          type: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          data?: NonNullable<Json>
          group_key?: string | null
          id?: never
          read_at?: string | null
          type: string
        }
        Update: {
          account_id?: string
          created_at?: string
          data?: NonNullable<Json>
          group_key?: string | null
          id?: never
          read_at?: string | null
          type?: string
        }
        Relationships: [
          {
            foreignKeyName: 'notifications_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'notifications_type_fkey'
            columns: ['type']
            isOneToOne: false
            referencedRelation: 'notification_types'
            referencedColumns: ['type']
          },
        ]
      }
      order_deliveries: {
        Row: {
          account_id: string | null
          created_at: string
          id: string
          message: string | null
          order_id: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string | null
          created_at?: string
          id?: string
          message?: string | null
          order_id: string
        }
        Update: {
          account_id?: string | null
          created_at?: string
          id?: string
          message?: string | null
          order_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'order_deliveries_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'order_deliveries_order_id_fkey'
            columns: ['order_id']
            isOneToOne: false
            referencedRelation: 'orders'
            referencedColumns: ['id']
          },
        ]
      }
      order_delivery_files: {
        Row: {
          delivery_id: string
          file_id: string
        }
        ComputedFields: never
        Insert: {
          delivery_id: string
          file_id: string
        }
        Update: {
          delivery_id?: string
          file_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'order_delivery_files_delivery_id_fkey'
            columns: ['delivery_id']
            isOneToOne: false
            referencedRelation: 'order_deliveries'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'order_delivery_files_file_id_fkey'
            columns: ['file_id']
            isOneToOne: false
            referencedRelation: 'files'
            referencedColumns: ['id']
          },
        ]
      }
      order_options: {
        Row: {
          name: string
          option_id: string | null
          order_id: string
          position: number
          price: number
        }
        ComputedFields: never
        Insert: {
          name: string
          option_id?: string | null
          order_id: string
          position: number
          price: number
        }
        Update: {
          name?: string
          option_id?: string | null
          order_id?: string
          position?: number
          price?: number
        }
        Relationships: [
          {
            foreignKeyName: 'order_options_option_id_fkey'
            columns: ['option_id']
            isOneToOne: false
            referencedRelation: 'service_options'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'order_options_order_id_fkey'
            columns: ['order_id']
            isOneToOne: false
            referencedRelation: 'orders'
            referencedColumns: ['id']
          },
        ]
      }
      order_revisions: {
        Row: {
          account_id: string | null
          created_at: string
          escrow_id: string | null
          id: string
          message: string | null
          order_id: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string | null
          created_at?: string
          escrow_id?: string | null
          id?: string
          message?: string | null
          order_id: string
        }
        Update: {
          account_id?: string | null
          created_at?: string
          escrow_id?: string | null
          id?: string
          message?: string | null
          order_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'order_revisions_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'order_revisions_order_id_fkey'
            columns: ['order_id']
            isOneToOne: false
            referencedRelation: 'orders'
            referencedColumns: ['id']
          },
        ]
      }
      orders: {
        Row: {
          allows_modifications: boolean
          buyer_id: string | null
          cancellation_reason: string | null
          cancelled_at: string | null
          completed_at: string | null
          created_at: string
          currency: string
          delivered_at: string | null
          delivery_date: string | null
          delivery_days: number
          funded_at: string | null
          id: string
          modifications_price: number
          price: number
          requirements: string | null
          revisions_count: number
          seller_id: string | null
          service_id: string | null
          started_at: string | null
          status: string
          title: string
          total_price: number
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          allows_modifications: boolean
          buyer_id?: string | null
          cancellation_reason?: string | null
          cancelled_at?: string | null
          completed_at?: string | null
          created_at?: string
          currency: string
          delivered_at?: string | null
          delivery_date?: string | null
          delivery_days: number
          funded_at?: string | null
          id?: string
          modifications_price: number
          price: number
          requirements?: string | null
          revisions_count?: number
          seller_id?: string | null
          service_id?: string | null
          started_at?: string | null
          status?: string
          title: string
          total_price: number
          updated_at?: string
        }
        Update: {
          allows_modifications?: boolean
          buyer_id?: string | null
          cancellation_reason?: string | null
          cancelled_at?: string | null
          completed_at?: string | null
          created_at?: string
          currency?: string
          delivered_at?: string | null
          delivery_date?: string | null
          delivery_days?: number
          funded_at?: string | null
          id?: string
          modifications_price?: number
          price?: number
          requirements?: string | null
          revisions_count?: number
          seller_id?: string | null
          service_id?: string | null
          started_at?: string | null
          status?: string
          title?: string
          total_price?: number
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'orders_buyer_id_fkey'
            columns: ['buyer_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'orders_seller_id_fkey'
            columns: ['seller_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'orders_service_id_fkey'
            columns: ['service_id']
            isOneToOne: false
            referencedRelation: 'services'
            referencedColumns: ['id']
          },
        ]
      }
      organization_followers: {
        Row: {
          account_id: string
          created_at: string
          organization_id: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          created_at?: string
          organization_id: string
        }
        Update: {
          account_id?: string
          created_at?: string
          organization_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'organization_followers_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'organization_followers_organization_id_fkey'
            columns: ['organization_id']
            isOneToOne: false
            referencedRelation: 'organizations'
            referencedColumns: ['id']
          },
        ]
      }
      organization_invitations: {
        Row: {
          created_at: string
          decided_at: string | null
          email: string
          expires_at: string
          id: string
          invited_by: string | null
          organization_id: string
          role: string
          status: string
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          decided_at?: string | null
          email: string
          expires_at: string
          id?: string
          invited_by?: string | null
          organization_id: string
          role: string
          status?: string
        }
        Update: {
          created_at?: string
          decided_at?: string | null
          email?: string
          expires_at?: string
          id?: string
          invited_by?: string | null
          organization_id?: string
          role?: string
          status?: string
        }
        Relationships: [
          {
            foreignKeyName: 'organization_invitations_invited_by_fkey'
            columns: ['invited_by']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'organization_invitations_organization_id_fkey'
            columns: ['organization_id']
            isOneToOne: false
            referencedRelation: 'organizations'
            referencedColumns: ['id']
          },
        ]
      }
      organization_members: {
        Row: {
          account_id: string
          created_at: string
          organization_id: string
          role: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          organization_id: string
          role: string
        }
        Update: {
          account_id?: string
          created_at?: string
          organization_id?: string
          role?: string
        }
        Relationships: [
          {
            foreignKeyName: 'organization_members_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'organization_members_organization_id_fkey'
            columns: ['organization_id']
            isOneToOne: false
            referencedRelation: 'organizations'
            referencedColumns: ['id']
          },
        ]
      }
      organizations: {
        Row: {
          city: string | null
          country: string | null
          created_at: string
          description: string | null
          followers_count: number
          id: string
          kind: string
          logo_path: string | null
          name: string
          owner_id: string
          size: string | null
          updated_at: string
          website: string | null
        }
        ComputedFields: never
        Insert: {
          city?: string | null
          country?: string | null
          created_at?: string
          description?: string | null
          followers_count?: number
          id?: string
          kind: string
          logo_path?: string | null
          name: string
          owner_id?: string
          size?: string | null
          updated_at?: string
          website?: string | null
        }
        Update: {
          city?: string | null
          country?: string | null
          created_at?: string
          description?: string | null
          followers_count?: number
          id?: string
          kind?: string
          logo_path?: string | null
          name?: string
          owner_id?: string
          size?: string | null
          updated_at?: string
          website?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'organizations_owner_id_fkey'
            columns: ['owner_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      payments: {
        Row: {
          account_id: string
          amount: number
          auto_renew: boolean
          created_at: string
          currency: string
          failure_reason: string | null
          id: string
          is_in_wallet: boolean
          looked_up_at: string | null
          order_number: number
          pack_id: string | null
          paid_at: string | null
          provider: string
          provider_reference: string | null
          provider_session: string | null
          purpose: string
          quantity: number | null
          refunded: number
          renews_id: string | null
          status: string
          subject_id: string | null
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          amount: number
          auto_renew?: boolean
          created_at?: string
          currency: string
          failure_reason?: string | null
          id?: string
          is_in_wallet?: boolean
          looked_up_at?: string | null
          order_number?: number
          pack_id?: string | null
          paid_at?: string | null
          provider: string
          provider_reference?: string | null
          provider_session?: string | null
          purpose: string
          quantity?: number | null
          refunded?: number
          renews_id?: string | null
          status?: string
          subject_id?: string | null
          updated_at?: string
        }
        Update: {
          account_id?: string
          amount?: number
          auto_renew?: boolean
          created_at?: string
          currency?: string
          failure_reason?: string | null
          id?: string
          is_in_wallet?: boolean
          looked_up_at?: string | null
          order_number?: number
          pack_id?: string | null
          paid_at?: string | null
          provider?: string
          provider_reference?: string | null
          provider_session?: string | null
          purpose?: string
          quantity?: number | null
          refunded?: number
          renews_id?: string | null
          status?: string
          subject_id?: string | null
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'payments_currency_fkey'
            columns: ['currency']
            isOneToOne: false
            referencedRelation: 'currencies'
            referencedColumns: ['code']
          },
          {
            foreignKeyName: 'payments_pack_id_fkey'
            columns: ['pack_id']
            isOneToOne: false
            referencedRelation: 'quota_packs'
            referencedColumns: ['id']
          },
        ]
      }
      payout_accounts: {
        Row: {
          account_id: string
          charges_enabled: boolean
          country: string
          created_at: string
          payouts_enabled: boolean
          provider_reference: string
          requirements: string[]
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          charges_enabled?: boolean
          country: string
          created_at?: string
          payouts_enabled?: boolean
          provider_reference: string
          requirements?: string[]
          updated_at?: string
        }
        Update: {
          account_id?: string
          charges_enabled?: boolean
          country?: string
          created_at?: string
          payouts_enabled?: boolean
          provider_reference?: string
          requirements?: string[]
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'payout_accounts_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      payout_destinations: {
        Row: {
          account_id: string
          bank: string | null
          created_at: string
          details: string
          holder: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          bank?: string | null
          created_at?: string
          details: string
          holder: string
          updated_at?: string
        }
        Update: {
          account_id?: string
          bank?: string | null
          created_at?: string
          details?: string
          holder?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'payout_destinations_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      photos: {
        Row: {
          account_id: string
          created_at: string
          id: string
          is_main: boolean
          path: string
          position: number
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          id?: string
          is_main?: boolean
          path: string
          position: number
        }
        Update: {
          account_id?: string
          created_at?: string
          id?: string
          is_main?: boolean
          path?: string
          position?: number
        }
        Relationships: [
          {
            foreignKeyName: 'photos_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      pipeline_stages: {
        Row: {
          created_at: string
          id: string
          name: string
          organization_id: string
          position: number
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          id?: string
          name: string
          organization_id: string
          position: number
          updated_at?: string
        }
        Update: {
          created_at?: string
          id?: string
          name?: string
          organization_id?: string
          position?: number
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'pipeline_stages_organization_id_fkey'
            columns: ['organization_id']
            isOneToOne: false
            referencedRelation: 'organizations'
            referencedColumns: ['id']
          },
        ]
      }
      plan_entitlements: {
        Row: {
          entitlement_id: string
          level: string | null
          plan_id: string
          quantity: number | null
        }
        ComputedFields: never
        Insert: {
          entitlement_id: string
          level?: string | null
          plan_id: string
          quantity?: number | null
        }
        Update: {
          entitlement_id?: string
          level?: string | null
          plan_id?: string
          quantity?: number | null
        }
        Relationships: [
          {
            foreignKeyName: 'plan_entitlements_entitlement_id_fkey'
            columns: ['entitlement_id']
            isOneToOne: false
            referencedRelation: 'entitlements'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'plan_entitlements_plan_id_fkey'
            columns: ['plan_id']
            isOneToOne: false
            referencedRelation: 'plans'
            referencedColumns: ['id']
          },
        ]
      }
      plan_prices: {
        Row: {
          amount: number
          currency: string
          days: number | null
          period: string
          plan_id: string
        }
        ComputedFields: never
        Insert: {
          amount: number
          currency: string
          days?: number | null
          period: string
          plan_id: string
        }
        Update: {
          amount?: number
          currency?: string
          days?: number | null
          period?: string
          plan_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'plan_prices_currency_fkey'
            columns: ['currency']
            isOneToOne: false
            referencedRelation: 'currencies'
            referencedColumns: ['code']
          },
          {
            foreignKeyName: 'plan_prices_plan_id_fkey'
            columns: ['plan_id']
            isOneToOne: false
            referencedRelation: 'plans'
            referencedColumns: ['id']
          },
        ]
      }
      plans: {
        Row: {
          created_at: string
          description: string | null
          highlights: string[]
          id: string
          is_default: boolean
          is_offered: boolean
          name: string
          product: string
          rank: number
          unlock_price: number | null
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          description?: string | null
          highlights?: string[]
          id: string
          is_default?: boolean
          is_offered?: boolean
          name: string
          product: string
          rank: number
          unlock_price?: number | null
        }
        Update: {
          created_at?: string
          description?: string | null
          highlights?: string[]
          id?: string
          is_default?: boolean
          is_offered?: boolean
          name?: string
          product?: string
          rank?: number
          unlock_price?: number | null
        }
        Relationships: []
      }
      portfolio_images: {
        Row: {
          account_id: string
          caption: string | null
          created_at: string
          id: string
          image_path: string
          item_id: string
          position: number
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          caption?: string | null
          created_at?: string
          id?: string
          image_path: string
          item_id: string
          position: number
        }
        Update: {
          account_id?: string
          caption?: string | null
          created_at?: string
          id?: string
          image_path?: string
          item_id?: string
          position?: number
        }
        Relationships: [
          {
            foreignKeyName: 'portfolio_images_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'portfolio_images_item_id_fkey'
            columns: ['item_id', 'account_id']
            isOneToOne: false
            referencedRelation: 'portfolio_items'
            referencedColumns: ['id', 'account_id']
          },
        ]
      }
      portfolio_items: {
        Row: {
          account_id: string
          cover_path: string | null
          created_at: string
          description: string | null
          id: string
          link: string | null
          technologies: string[]
          title: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string
          cover_path?: string | null
          created_at?: string
          description?: string | null
          id?: string
          link?: string | null
          technologies?: string[]
          title: string
          updated_at?: string
        }
        Update: {
          account_id?: string
          cover_path?: string | null
          created_at?: string
          description?: string | null
          id?: string
          link?: string | null
          technologies?: string[]
          title?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'portfolio_items_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      promotions: {
        Row: {
          account_id: string | null
          casting_id: string | null
          created_at: string
          ends_at: string
          id: string
          model_id: string | null
          paused_at: string | null
          starts_at: string
          status: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string | null
          casting_id?: string | null
          created_at?: string
          ends_at: string
          id?: string
          model_id?: string | null
          paused_at?: string | null
          starts_at?: string
          status?: string
          updated_at?: string
        }
        Update: {
          account_id?: string | null
          casting_id?: string | null
          created_at?: string
          ends_at?: string
          id?: string
          model_id?: string | null
          paused_at?: string | null
          starts_at?: string
          status?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'promotions_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'promotions_casting_id_fkey'
            columns: ['casting_id']
            isOneToOne: false
            referencedRelation: 'castings'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'promotions_model_id_fkey'
            columns: ['model_id']
            isOneToOne: false
            referencedRelation: 'model_profiles'
            referencedColumns: ['account_id']
          },
        ]
      }
      quota_packs: {
        Row: {
          amount: number
          created_at: string
          currency: string
          entitlement_id: string
          id: string
          is_offered: boolean
          name: string
          quantity: number
        }
        ComputedFields: never
        Insert: {
          amount: number
          created_at?: string
          currency: string
          entitlement_id: string
          id: string
          is_offered?: boolean
          name: string
          quantity: number
        }
        Update: {
          amount?: number
          created_at?: string
          currency?: string
          entitlement_id?: string
          id?: string
          is_offered?: boolean
          name?: string
          quantity?: number
        }
        Relationships: [
          {
            foreignKeyName: 'quota_packs_currency_fkey'
            columns: ['currency']
            isOneToOne: false
            referencedRelation: 'currencies'
            referencedColumns: ['code']
          },
          {
            foreignKeyName: 'quota_packs_entitlement_id_fkey'
            columns: ['entitlement_id']
            isOneToOne: false
            referencedRelation: 'entitlements'
            referencedColumns: ['id']
          },
        ]
      }
      recruiter_profiles: {
        Row: {
          account_id: string
          created_at: string
          designation: string
          full_name: string
          is_verified: boolean
          organization_id: string | null
          phone: string
          rejection_reason: string | null
          total_spent: number
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          designation: string
          full_name: string
          is_verified?: boolean
          organization_id?: string | null
          phone: string
          rejection_reason?: string | null
          total_spent?: number
          updated_at?: string
        }
        Update: {
          account_id?: string
          created_at?: string
          designation?: string
          full_name?: string
          is_verified?: boolean
          organization_id?: string | null
          phone?: string
          rejection_reason?: string | null
          total_spent?: number
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'recruiter_profiles_account_id_fkey'
            columns: ['account_id']
            isOneToOne: true
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'recruiter_profiles_organization_id_fkey'
            columns: ['organization_id']
            isOneToOne: false
            referencedRelation: 'organizations'
            referencedColumns: ['id']
          },
        ]
      }
      reference_options: {
        Row: {
          name: string
          name_kk: string | null
          name_ru: string | null
          position: number
          slug: string
          type: string
        }
        ComputedFields: never
        Insert: {
          name: string
          name_kk?: string | null
          name_ru?: string | null
          position?: number
          slug: string
          type: string
        }
        Update: {
          name?: string
          name_kk?: string | null
          name_ru?: string | null
          position?: number
          slug?: string
          type?: string
        }
        Relationships: []
      }
      reports: {
        Row: {
          account_id: string | null
          created_at: string
          details: string | null
          entity_id: string
          entity_type: string
          id: string
          reason: string
          resolution: string | null
          resolved_at: string | null
          status: string
        }
        ComputedFields: never
        Insert: {
          account_id?: string | null
          created_at?: string
          details?: string | null
          entity_id: string
          entity_type: string
          id?: string
          reason: string
          resolution?: string | null
          resolved_at?: string | null
          status?: string
        }
        Update: {
          account_id?: string | null
          created_at?: string
          details?: string | null
          entity_id?: string
          entity_type?: string
          id?: string
          reason?: string
          resolution?: string | null
          resolved_at?: string | null
          status?: string
        }
        Relationships: [
          {
            foreignKeyName: 'reports_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      representations: {
        Row: {
          created_at: string
          ended_at: string | null
          id: string
          invited_by: string | null
          message: string | null
          model_id: string
          organization_id: string
          started_at: string | null
          status: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          ended_at?: string | null
          id?: string
          invited_by?: string | null
          message?: string | null
          model_id: string
          organization_id: string
          started_at?: string | null
          status?: string
          updated_at?: string
        }
        Update: {
          created_at?: string
          ended_at?: string | null
          id?: string
          invited_by?: string | null
          message?: string | null
          model_id?: string
          organization_id?: string
          started_at?: string | null
          status?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'representations_invited_by_fkey'
            columns: ['invited_by']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'representations_model_id_fkey'
            columns: ['model_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'representations_organization_id_fkey'
            columns: ['organization_id']
            isOneToOne: false
            referencedRelation: 'organizations'
            referencedColumns: ['id']
          },
        ]
      }
      reviews: {
        Row: {
          author_id: string | null
          comment: string | null
          created_at: string
          criteria: NonNullable<Json>
          entity_id: string
          entity_type: string
          id: string
          published_at: string | null
          rating: number
          removed_at: string | null
          replied_at: string | null
          reply: string | null
          subject_id: string
          subject_role: string
        }
        ComputedFields: never
        Insert: {
          author_id?: string | null
          comment?: string | null
          created_at?: string
          criteria?: NonNullable<Json>
          entity_id: string
          entity_type: string
          id?: string
          published_at?: string | null
          rating: number
          removed_at?: string | null
          replied_at?: string | null
          reply?: string | null
          subject_id: string
          subject_role: string
        }
        Update: {
          author_id?: string | null
          comment?: string | null
          created_at?: string
          criteria?: NonNullable<Json>
          entity_id?: string
          entity_type?: string
          id?: string
          published_at?: string | null
          rating?: number
          removed_at?: string | null
          replied_at?: string | null
          reply?: string | null
          subject_id?: string
          subject_role?: string
        }
        Relationships: [
          {
            foreignKeyName: 'reviews_author_id_fkey'
            columns: ['author_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'reviews_subject_id_fkey'
            columns: ['subject_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      saved_searches: {
        Row: {
          account_id: string
          created_at: string
          entity_type: string
          filters: NonNullable<Json>
          frequency: string
          id: string
          last_digest_on: string | null
          name: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          created_at?: string
          entity_type: string
          filters: NonNullable<Json>
          frequency: string
          id?: string
          last_digest_on?: string | null
          name: string
          updated_at?: string
        }
        Update: {
          account_id?: string
          created_at?: string
          entity_type?: string
          filters?: NonNullable<Json>
          frequency?: string
          id?: string
          last_digest_on?: string | null
          name?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'saved_searches_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      service_options: {
        Row: {
          created_at: string
          description: string | null
          id: string
          name: string
          position: number
          price: number
          service_id: string
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          description?: string | null
          id?: string
          name: string
          position?: number
          price: number
          service_id: string
        }
        Update: {
          created_at?: string
          description?: string | null
          id?: string
          name?: string
          position?: number
          price?: number
          service_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'service_options_service_id_fkey'
            columns: ['service_id']
            isOneToOne: false
            referencedRelation: 'services'
            referencedColumns: ['id']
          },
        ]
      }
      services: {
        Row: {
          allows_modifications: boolean
          category: string
          created_at: string
          currency: string
          delivery_days: number
          description: string
          id: string
          is_active: boolean
          modifications_price: number
          orders_count: number
          owner_id: string
          price: number
          rating: number | null
          reviews_count: number
          tags: string[]
          title: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          allows_modifications?: boolean
          category: string
          created_at?: string
          currency?: string
          delivery_days: number
          description: string
          id?: string
          is_active?: boolean
          modifications_price?: number
          orders_count?: number
          owner_id?: string
          price: number
          rating?: number | null
          reviews_count?: number
          tags?: string[]
          title: string
          updated_at?: string
        }
        Update: {
          allows_modifications?: boolean
          category?: string
          created_at?: string
          currency?: string
          delivery_days?: number
          description?: string
          id?: string
          is_active?: boolean
          modifications_price?: number
          orders_count?: number
          owner_id?: string
          price?: number
          rating?: number | null
          reviews_count?: number
          tags?: string[]
          title?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'services_category_fkey'
            columns: ['category']
            isOneToOne: false
            referencedRelation: 'categories'
            referencedColumns: ['slug']
          },
          {
            foreignKeyName: 'services_currency_fkey'
            columns: ['currency']
            isOneToOne: false
            referencedRelation: 'currencies'
            referencedColumns: ['code']
          },
          {
            foreignKeyName: 'services_owner_id_fkey'
            columns: ['owner_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      skills: {
        Row: {
          created_at: string
          description: string | null
          id: string
          name: string
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          description?: string | null
          id?: string
          name: string
        }
        Update: {
          created_at?: string
          description?: string | null
          id?: string
          name?: string
        }
        Relationships: []
      }
      states: {
        Row: {
          country_code: string
          name: string
          slug: string
        }
        ComputedFields: never
        Insert: {
          country_code: string
          name: string
          slug: string
        }
        Update: {
          country_code?: string
          name?: string
          slug?: string
        }
        Relationships: [
          {
            foreignKeyName: 'states_country_code_fkey'
            columns: ['country_code']
            isOneToOne: false
            referencedRelation: 'countries'
            referencedColumns: ['code']
          },
        ]
      }
      subscriptions: {
        Row: {
          account_id: string
          amount: number | null
          approved_at: string | null
          approved_by: string | null
          auto_renew: boolean
          cancelled_at: string | null
          created_at: string
          currency: string | null
          ended_at: string | null
          expires_at: string | null
          follows_id: string | null
          id: string
          payment_reference: string | null
          period: string
          plan_id: string
          product: string
          rejection_reason: string | null
          replaced_by_id: string | null
          started_at: string | null
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          amount?: number | null
          approved_at?: string | null
          approved_by?: string | null
          auto_renew?: boolean
          cancelled_at?: string | null
          created_at?: string
          currency?: string | null
          ended_at?: string | null
          expires_at?: string | null
          follows_id?: string | null
          id?: string
          payment_reference?: string | null
          period: string
          plan_id: string
          product: string
          rejection_reason?: string | null
          replaced_by_id?: string | null
          started_at?: string | null
          updated_at?: string
        }
        Update: {
          account_id?: string
          amount?: number | null
          approved_at?: string | null
          approved_by?: string | null
          auto_renew?: boolean
          cancelled_at?: string | null
          created_at?: string
          currency?: string | null
          ended_at?: string | null
          expires_at?: string | null
          follows_id?: string | null
          id?: string
          payment_reference?: string | null
          period?: string
          plan_id?: string
          product?: string
          rejection_reason?: string | null
          replaced_by_id?: string | null
          started_at?: string | null
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'subscriptions_account_id_fkey'
            columns: ['account_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'subscriptions_approved_by_fkey'
            columns: ['approved_by']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'subscriptions_follows_id_fkey'
            columns: ['follows_id']
            isOneToOne: false
            referencedRelation: 'subscriptions'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'subscriptions_plan_id_fkey'
            columns: ['plan_id']
            isOneToOne: false
            referencedRelation: 'plans'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'subscriptions_replaced_by_id_fkey'
            columns: ['replaced_by_id']
            isOneToOne: false
            referencedRelation: 'subscriptions'
            referencedColumns: ['id']
          },
        ]
      }
      task_applications: {
        Row: {
          created_at: string
          currency: string
          estimated_duration: string | null
          freelancer_id: string
          id: string
          offered_price: number
          proposal: string
          status: string
          task_id: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          currency: string
          estimated_duration?: string | null
          freelancer_id: string
          id?: string
          offered_price: number
          proposal: string
          status?: string
          task_id: string
          updated_at?: string
        }
        Update: {
          created_at?: string
          currency?: string
          estimated_duration?: string | null
          freelancer_id?: string
          id?: string
          offered_price?: number
          proposal?: string
          status?: string
          task_id?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'task_applications_freelancer_id_fkey'
            columns: ['freelancer_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'task_applications_task_id_fkey'
            columns: ['task_id']
            isOneToOne: false
            referencedRelation: 'tasks'
            referencedColumns: ['id']
          },
        ]
      }
      tasks: {
        Row: {
          accepted_application_id: string | null
          address: string | null
          applications_count: number
          budget: number
          cancellation_reason: string | null
          cancelled_at: string | null
          category: string
          city: string | null
          completed_at: string | null
          country: string | null
          created_at: string
          currency: string
          deadline: string | null
          description: string
          id: string
          owner_id: string
          skill_ids: string[]
          started_at: string | null
          status: string
          task_type: string
          title: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          accepted_application_id?: string | null
          address?: string | null
          applications_count?: number
          budget: number
          cancellation_reason?: string | null
          cancelled_at?: string | null
          category: string
          city?: string | null
          completed_at?: string | null
          country?: string | null
          created_at?: string
          currency?: string
          deadline?: string | null
          description: string
          id?: string
          owner_id?: string
          skill_ids?: string[]
          started_at?: string | null
          status?: string
          task_type: string
          title: string
          updated_at?: string
        }
        Update: {
          accepted_application_id?: string | null
          address?: string | null
          applications_count?: number
          budget?: number
          cancellation_reason?: string | null
          cancelled_at?: string | null
          category?: string
          city?: string | null
          completed_at?: string | null
          country?: string | null
          created_at?: string
          currency?: string
          deadline?: string | null
          description?: string
          id?: string
          owner_id?: string
          skill_ids?: string[]
          started_at?: string | null
          status?: string
          task_type?: string
          title?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'tasks_accepted_application_id_fkey'
            columns: ['accepted_application_id']
            isOneToOne: false
            referencedRelation: 'task_applications'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'tasks_category_fkey'
            columns: ['category']
            isOneToOne: false
            referencedRelation: 'categories'
            referencedColumns: ['slug']
          },
          {
            foreignKeyName: 'tasks_currency_fkey'
            columns: ['currency']
            isOneToOne: false
            referencedRelation: 'currencies'
            referencedColumns: ['code']
          },
          {
            foreignKeyName: 'tasks_owner_id_fkey'
            columns: ['owner_id']
            isOneToOne: false
            referencedRelation: 'accounts'
            referencedColumns: ['id']
          },
        ]
      }
      withdrawals: {
        Row: {
          account_id: string
          amount: number
          bank: string | null
          batch_id: string | null
          created_at: string
          currency: string
          details: string | null
          failure_reason: string | null
          holder: string | null
          id: string
          method: string
          paid_at: string | null
          provider_reference: string | null
          status: string
          updated_at: string
        }
        ComputedFields: never
        Insert: {
          account_id: string
          amount: number
          bank?: string | null
          batch_id?: string | null
          created_at?: string
          currency: string
          details?: string | null
          failure_reason?: string | null
          holder?: string | null
          id?: string
          method: string
          paid_at?: string | null
          provider_reference?: string | null
          status?: string
          updated_at?: string
        }
        Update: {
          account_id?: string
          amount?: number
          bank?: string | null
          batch_id?: string | null
          created_at?: string
          currency?: string
          details?: string | null
          failure_reason?: string | null
          holder?: string | null
          id?: string
          method?: string
          paid_at?: string | null
          provider_reference?: string | null
          status?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'withdrawals_currency_fkey'
            columns: ['currency']
            isOneToOne: false
            referencedRelation: 'currencies'
            referencedColumns: ['code']
          },
        ]
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      accept_application: {
        Args: { application_id: string }
        Returns: Database['public']['CompositeTypes']['application_card']
        SetofOptions: {
          from: '*'
          to: 'application_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      add_assistant_message: {
        Args: { client_id?: string; locale?: string; message: string; session_id?: string }
        Returns: {
          account_id: string
          body: string
          client_id: string | null
          created_at: string
          data: NonNullable<Json>
          reply_to: number | null
          role: string
          seq: number
          session_id: string
          source: string | null
        }
        SetofOptions: {
          from: '*'
          to: 'assistant_messages'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      add_favorite: { Args: { entity_id: string; entity_type: string }; Returns: undefined }
      add_group_members: { Args: { account_ids: string[]; conversation_id: string }; Returns: undefined }
      add_role: { Args: { role: string }; Returns: string[] }
      add_to_pipeline: {
        Args: { candidate_id: string; note?: string; stage_id?: string }
        Returns: Database['public']['CompositeTypes']['pipeline_card']
        SetofOptions: {
          from: '*'
          to: 'pipeline_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      answer_assistant_message: {
        Args: { answer?: Json; seq: number; session_id: string; today?: string }
        Returns: {
          account_id: string
          body: string
          client_id: string | null
          created_at: string
          data: NonNullable<Json>
          reply_to: number | null
          role: string
          seq: number
          session_id: string
          source: string | null
        }
        SetofOptions: {
          from: '*'
          to: 'assistant_messages'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      apply_next_payment_event: { Args: Record<PropertyKey, never>; Returns: number }
      apply_payment_event: { Args: { event_id: number }; Returns: string }
      apply_to_task: {
        Args: { estimated_duration?: string; offered_price: number; proposal: string; task_id: string }
        Returns: Database['public']['CompositeTypes']['application_card']
        SetofOptions: {
          from: '*'
          to: 'application_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      approve_order: {
        Args: { idempotency_key?: string; order_id: string }
        Returns: Database['public']['CompositeTypes']['order_card']
        SetofOptions: {
          from: '*'
          to: 'order_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      attach_casting_file: { Args: { casting_id: string; file_id: string }; Returns: undefined }
      block_account: { Args: { account_id: string }; Returns: undefined }
      cancel_order: {
        Args: { idempotency_key?: string; order_id: string; reason: string }
        Returns: Database['public']['CompositeTypes']['order_card']
        SetofOptions: {
          from: '*'
          to: 'order_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      cancel_subscription: {
        Args: { subscription_id: string }
        Returns: Database['public']['CompositeTypes']['subscription_card']
        SetofOptions: {
          from: '*'
          to: 'subscription_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      cancel_task: {
        Args: { idempotency_key?: string; reason?: string; task_id: string }
        Returns: Database['public']['CompositeTypes']['task_card']
        SetofOptions: {
          from: '*'
          to: 'task_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      cancel_withdrawal: {
        Args: { withdrawal_id: string }
        Returns: Database['public']['CompositeTypes']['withdrawal_card']
        SetofOptions: {
          from: '*'
          to: 'withdrawal_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      candidate_categories: {
        Args: { category?: string }
        Returns: Database['public']['CompositeTypes']['candidate_category'][]
        SetofOptions: {
          from: '*'
          to: 'candidate_category'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      candidate_facets: {
        Args: { filters?: Json }
        Returns: Database['public']['CompositeTypes']['candidate_facet'][]
        SetofOptions: {
          from: '*'
          to: 'candidate_facet'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      candidate_folder: { Args: Record<PropertyKey, never>; Returns: string }
      candidate_options: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['candidate_option'][]
        SetofOptions: {
          from: '*'
          to: 'candidate_option'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      change_photo: { Args: { is_main?: boolean; photo_id: string; position?: number }; Returns: undefined }
      check_email: { Args: { email: string }; Returns: undefined }
      check_username: { Args: { username: string }; Returns: undefined }
      claim_notification_deliveries: {
        Args: { batch?: number; channels?: string[] }
        Returns: {
          address: string
          attempt: number
          channel: string
          claimed_at: string
          count: number
          created_at: string
          data: Json
          device_id: string
          group_key: string
          id: number
          items: Json
          locale: string
          names: Json
          notification_id: number
          token: string
          type: string
        }[]
      }
      claim_object_deletions: {
        Args: { batch?: number }
        Returns: {
          bucket_id: string
          id: number
          path: string
        }[]
      }
      claim_payment_tasks: {
        Args: { batch?: number }
        Returns: {
          data: Json
          id: number
          kind: string
          provider: string
        }[]
      }
      clear_read_notifications: { Args: Record<PropertyKey, never>; Returns: number }
      complete_notification_deliveries: { Args: { ids: number[] }; Returns: undefined }
      complete_object_deletions: { Args: { ids: number[] }; Returns: undefined }
      complete_payment_task: { Args: { task_id: number }; Returns: undefined }
      complete_task: {
        Args: { idempotency_key?: string; task_id: string }
        Returns: Database['public']['CompositeTypes']['task_card']
        SetofOptions: {
          from: '*'
          to: 'task_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      create_candidate: {
        Args: { declaration: boolean; fields: Json }
        Returns: Database['public']['CompositeTypes']['candidate_profile']
        SetofOptions: {
          from: '*'
          to: 'candidate_profile'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      create_group: {
        Args: { account_ids: string[]; title: string }
        Returns: Database['public']['CompositeTypes']['conversation_card']
        SetofOptions: {
          from: '*'
          to: 'conversation_card'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      create_order: {
        Args: {
          delivery_date?: string
          idempotency_key?: string
          option_ids?: string[]
          requirements?: string
          service_id: string
        }
        Returns: Database['public']['CompositeTypes']['order_card']
        SetofOptions: {
          from: '*'
          to: 'order_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      create_recruiter: {
        Args: {
          company_name?: string
          company_size?: string
          company_website?: string
          designation: string
          full_name: string
          organization_id?: string
          phone: string
        }
        Returns: Database['public']['CompositeTypes']['recruiter_profile']
        SetofOptions: {
          from: '*'
          to: 'recruiter_profile'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      create_report: {
        Args: { details?: string; entity_id: string; entity_type: string; reason: string }
        Returns: {
          account_id: string | null
          created_at: string
          details: string | null
          entity_id: string
          entity_type: string
          id: string
          reason: string
          resolution: string | null
          resolved_at: string | null
          status: string
        }
        SetofOptions: {
          from: '*'
          to: 'reports'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      create_review: {
        Args: { comment?: string; criteria?: Json; entity_id: string; entity_type: string; rating: number }
        Returns: {
          author_id: string | null
          comment: string | null
          created_at: string
          criteria: NonNullable<Json>
          entity_id: string
          entity_type: string
          id: string
          published_at: string | null
          rating: number
          removed_at: string | null
          replied_at: string | null
          reply: string | null
          subject_id: string
          subject_role: string
        }
        SetofOptions: {
          from: '*'
          to: 'reviews'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      create_saved_search: {
        Args: { entity_type: string; filters?: Json; frequency?: string; name: string }
        Returns: {
          account_id: string
          created_at: string
          entity_type: string
          filters: NonNullable<Json>
          frequency: string
          id: string
          last_digest_on: string | null
          name: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'saved_searches'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      create_service: {
        Args: {
          allows_modifications?: boolean
          category: string
          currency?: string
          delivery_days: number
          description: string
          is_active?: boolean
          modifications_price?: number
          options?: Json
          price: number
          tags?: string[]
          title: string
        }
        Returns: Database['public']['CompositeTypes']['service_card']
        SetofOptions: {
          from: '*'
          to: 'service_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      credit_price: {
        Args: Record<PropertyKey, never>
        Returns: {
          amount: number
          currency: string
        }[]
      }
      current_subscription: {
        Args: { product: string }
        Returns: Database['public']['CompositeTypes']['subscription_card']
        SetofOptions: {
          from: '*'
          to: 'subscription_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      decide_invitation: {
        Args: { invitation_id: string; status: string }
        Returns: {
          created_at: string
          decided_at: string | null
          email: string
          expires_at: string
          id: string
          invited_by: string | null
          organization_id: string
          role: string
          status: string
        }
        SetofOptions: {
          from: '*'
          to: 'organization_invitations'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      delete_account: { Args: { password: string }; Returns: undefined }
      delete_casting: { Args: { casting_id: string }; Returns: undefined }
      delete_message: {
        Args: { conversation_id: string; seq: number }
        Returns: Database['public']['CompositeTypes']['message_card']
        SetofOptions: {
          from: '*'
          to: 'message_card'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      delete_task: { Args: { task_id: string }; Returns: undefined }
      deliver_order: {
        Args: { file_ids?: string[]; message?: string; order_id: string }
        Returns: Database['public']['CompositeTypes']['order_card']
        SetofOptions: {
          from: '*'
          to: 'order_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      dispute_escrow: {
        Args: { escrow_id: string; reason: string }
        Returns: Database['public']['CompositeTypes']['escrow_card']
        SetofOptions: {
          from: '*'
          to: 'escrow_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      dispute_order: {
        Args: { order_id: string; reason: string }
        Returns: Database['public']['CompositeTypes']['order_card']
        SetofOptions: {
          from: '*'
          to: 'order_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      edit_message: {
        Args: { body: string; conversation_id: string; seq: number }
        Returns: Database['public']['CompositeTypes']['message_card']
        SetofOptions: {
          from: '*'
          to: 'message_card'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      email_for_sign_in: { Args: { client_ip: string; username: string }; Returns: string }
      export_account: { Args: Record<PropertyKey, never>; Returns: Json }
      extract_task: {
        Args: { session_id?: string; text?: string; today?: string }
        Returns: Database['public']['CompositeTypes']['task_draft']
        SetofOptions: {
          from: '*'
          to: 'task_draft'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      fail_notification_delivery: {
        Args: { attempt: number; delivery_id: number; is_final?: boolean; reason: string; retry_after?: number }
        Returns: undefined
      }
      fail_object_deletions: { Args: { ids: number[]; reason: string }; Returns: undefined }
      fail_payment_task: { Args: { reason: string; task_id: number }; Returns: undefined }
      forget_device: { Args: { claimed_at: string; device_id: string; token: string }; Returns: boolean }
      get_account: {
        Args: { username: string }
        Returns: Database['public']['CompositeTypes']['account_card']
        SetofOptions: {
          from: '*'
          to: 'account_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_candidate: {
        Args: { candidate_id: string }
        Returns: Database['public']['CompositeTypes']['candidate_detail']
        SetofOptions: {
          from: '*'
          to: 'candidate_detail'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_candidates: {
        Args: { candidate_ids: string[] }
        Returns: Database['public']['CompositeTypes']['candidate_detail'][]
        SetofOptions: {
          from: '*'
          to: 'candidate_detail'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      get_casting: {
        Args: { casting_id: string }
        Returns: Database['public']['CompositeTypes']['casting_card']
        SetofOptions: {
          from: '*'
          to: 'casting_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_castings: {
        Args: { casting_ids: string[] }
        Returns: Database['public']['CompositeTypes']['casting_card'][]
        SetofOptions: {
          from: '*'
          to: 'casting_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      get_client: {
        Args: { account_id: string }
        Returns: Database['public']['CompositeTypes']['client_card']
        SetofOptions: {
          from: '*'
          to: 'client_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_conversation: {
        Args: { conversation_id: string }
        Returns: Database['public']['CompositeTypes']['conversation_card']
        SetofOptions: {
          from: '*'
          to: 'conversation_card'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      get_creator: {
        Args: { account_id: string }
        Returns: Database['public']['CompositeTypes']['creator_card']
        SetofOptions: {
          from: '*'
          to: 'creator_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_employer: {
        Args: { account_id: string }
        Returns: Database['public']['CompositeTypes']['employer_card']
        SetofOptions: {
          from: '*'
          to: 'employer_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_escrow: {
        Args: { escrow_id: string }
        Returns: Database['public']['CompositeTypes']['escrow_card']
        SetofOptions: {
          from: '*'
          to: 'escrow_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_freelancer: {
        Args: { account_id: string }
        Returns: Database['public']['CompositeTypes']['freelancer_card']
        SetofOptions: {
          from: '*'
          to: 'freelancer_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_model: {
        Args: { id: string }
        Returns: Database['public']['CompositeTypes']['model_details']
        SetofOptions: {
          from: '*'
          to: 'model_details'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_models: {
        Args: { account_ids: string[] }
        Returns: Database['public']['CompositeTypes']['model_card'][]
        SetofOptions: {
          from: '*'
          to: 'model_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      get_order: {
        Args: { order_id: string }
        Returns: Database['public']['CompositeTypes']['order_card']
        SetofOptions: {
          from: '*'
          to: 'order_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_organization: {
        Args: { organization_id: string }
        Returns: Database['public']['CompositeTypes']['organization_card']
        SetofOptions: {
          from: '*'
          to: 'organization_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_payment: {
        Args: { payment_id: string }
        Returns: Database['public']['CompositeTypes']['payment_card']
        SetofOptions: {
          from: '*'
          to: 'payment_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_portfolio_item: {
        Args: { item_id: string }
        Returns: Database['public']['CompositeTypes']['portfolio_item_card']
        SetofOptions: {
          from: '*'
          to: 'portfolio_item_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_service: {
        Args: { service_id: string }
        Returns: Database['public']['CompositeTypes']['service_card']
        SetofOptions: {
          from: '*'
          to: 'service_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_services: {
        Args: { service_ids: string[] }
        Returns: Database['public']['CompositeTypes']['service_card'][]
        SetofOptions: {
          from: '*'
          to: 'service_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      get_subscription: {
        Args: { subscription_id: string }
        Returns: Database['public']['CompositeTypes']['subscription_card']
        SetofOptions: {
          from: '*'
          to: 'subscription_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_task: {
        Args: { task_id: string }
        Returns: Database['public']['CompositeTypes']['task_card']
        SetofOptions: {
          from: '*'
          to: 'task_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      get_tasks: {
        Args: { task_ids: string[] }
        Returns: Database['public']['CompositeTypes']['task_card'][]
        SetofOptions: {
          from: '*'
          to: 'task_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      get_unlocked_names: {
        Args: { candidate_ids: string[] }
        Returns: {
          candidate_id: string
          full_name: string
        }[]
      }
      invite_member: {
        Args: { email: string; organization_id: string; role?: string }
        Returns: {
          created_at: string
          decided_at: string | null
          email: string
          expires_at: string
          id: string
          invited_by: string | null
          organization_id: string
          role: string
          status: string
        }
        SetofOptions: {
          from: '*'
          to: 'organization_invitations'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      invite_model: {
        Args: { message?: string; model_id: string; organization_id: string }
        Returns: {
          created_at: string
          ended_at: string | null
          id: string
          invited_by: string | null
          message: string | null
          model_id: string
          organization_id: string
          started_at: string | null
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'representations'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      leave_conversation: { Args: { conversation_id: string }; Returns: undefined }
      list_account_skills: {
        Args: { account_id: string; cursor?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['account_skill_card'][]
        SetofOptions: {
          from: '*'
          to: 'account_skill_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_accounts: {
        Args: { city?: string; cursor?: string; page_size?: number; search?: string; skip?: number; user_type?: string }
        Returns: Database['public']['CompositeTypes']['account_card'][]
        SetofOptions: {
          from: '*'
          to: 'account_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_assistant_sessions: {
        Args: { cursor?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['assistant_session_card'][]
        SetofOptions: {
          from: '*'
          to: 'assistant_session_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_blocks: {
        Args: { cursor?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['block_card'][]
        SetofOptions: {
          from: '*'
          to: 'block_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_candidate_options: {
        Args: { cursor?: string; page_size?: number; search?: string; skip?: number; type: string }
        Returns: Database['public']['CompositeTypes']['candidate_option'][]
        SetofOptions: {
          from: '*'
          to: 'candidate_option'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_casting_files: {
        Args: { casting_id: string }
        Returns: Database['public']['CompositeTypes']['casting_file_card'][]
        SetofOptions: {
          from: '*'
          to: 'casting_file_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_casting_responses: {
        Args: { casting_id: string; cursor?: string; page_size?: number; skip?: number; status?: string }
        Returns: Database['public']['CompositeTypes']['response_card'][]
        SetofOptions: {
          from: '*'
          to: 'response_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_castings: {
        Args: {
          category?: string
          city?: string
          cursor?: string
          gender?: string
          max_age?: number
          min_age?: number
          organization_id?: string
          owner_id?: string
          page_size?: number
          promoted_first?: boolean
          search?: string
          skip?: number
          status?: string
        }
        Returns: Database['public']['CompositeTypes']['casting_card'][]
        SetofOptions: {
          from: '*'
          to: 'casting_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_conversation_members: {
        Args: { conversation_id: string }
        Returns: Database['public']['CompositeTypes']['conversation_member_card'][]
        SetofOptions: {
          from: '*'
          to: 'conversation_member_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_conversations: {
        Args: {
          context_id?: string
          context_type?: string
          cursor?: string
          page_size?: number
          skip?: number
          unread_only?: boolean
        }
        Returns: Database['public']['CompositeTypes']['conversation_card'][]
        SetofOptions: {
          from: '*'
          to: 'conversation_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_deliveries: {
        Args: { order_id: string }
        Returns: Database['public']['CompositeTypes']['order_delivery'][]
        SetofOptions: {
          from: '*'
          to: 'order_delivery'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_escrows: {
        Args: { entity_id: string; entity_type: string }
        Returns: Database['public']['CompositeTypes']['escrow_card'][]
        SetofOptions: {
          from: '*'
          to: 'escrow_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_favorites: {
        Args: { cursor?: string; entity_type: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['favorite_card'][]
        SetofOptions: {
          from: '*'
          to: 'favorite_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_files: {
        Args: { bucket_id?: string; cursor?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['file_card'][]
        SetofOptions: {
          from: '*'
          to: 'file_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_follow_ups: {
        Args: { cursor?: string; is_completed?: boolean; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['follow_up_card'][]
        SetofOptions: {
          from: '*'
          to: 'follow_up_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_invitations: {
        Args: { cursor?: string; organization_id?: string; page_size?: number; skip?: number; status?: string }
        Returns: Database['public']['CompositeTypes']['organization_invitation_card'][]
        SetofOptions: {
          from: '*'
          to: 'organization_invitation_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_invoices: {
        Args: { cursor?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['invoice_card'][]
        SetofOptions: {
          from: '*'
          to: 'invoice_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_members: {
        Args: { organization_id: string }
        Returns: Database['public']['CompositeTypes']['organization_member_card'][]
        SetofOptions: {
          from: '*'
          to: 'organization_member_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_messages: {
        Args: { after_version?: number; before?: number; conversation_id: string; page_size?: number }
        Returns: Database['public']['CompositeTypes']['message_card'][]
        SetofOptions: {
          from: '*'
          to: 'message_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_models: {
        Args: {
          category?: string
          city?: string
          cursor?: string
          experience?: string
          gender?: string
          max_age?: number
          max_height?: number
          min_age?: number
          min_height?: number
          page_size?: number
          promoted_first?: boolean
          search?: string
          skip?: number
        }
        Returns: Database['public']['CompositeTypes']['model_card'][]
        SetofOptions: {
          from: '*'
          to: 'model_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_my_applications: {
        Args: { cursor?: string; page_size?: number; skip?: number; status?: string }
        Returns: Database['public']['CompositeTypes']['application_card'][]
        SetofOptions: {
          from: '*'
          to: 'application_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_my_castings: {
        Args: { cursor?: string; page_size?: number; skip?: number; status?: string }
        Returns: Database['public']['CompositeTypes']['casting_card'][]
        SetofOptions: {
          from: '*'
          to: 'casting_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_my_organizations: {
        Args: { cursor?: string; page_size?: number; relation?: string; skip?: number }
        Returns: Database['public']['CompositeTypes']['organization_card'][]
        SetofOptions: {
          from: '*'
          to: 'organization_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_my_promotions: {
        Args: { cursor?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['promotion_card'][]
        SetofOptions: {
          from: '*'
          to: 'promotion_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_my_responses: {
        Args: { cursor?: string; model_id?: string; page_size?: number; skip?: number; status?: string }
        Returns: Database['public']['CompositeTypes']['response_card'][]
        SetofOptions: {
          from: '*'
          to: 'response_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_my_tasks: {
        Args: { cursor?: string; page_size?: number; skip?: number; status?: string }
        Returns: Database['public']['CompositeTypes']['task_card'][]
        SetofOptions: {
          from: '*'
          to: 'task_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_orders: {
        Args: { cursor?: string; page_size?: number; side?: string; skip?: number; status?: string }
        Returns: Database['public']['CompositeTypes']['order_card'][]
        SetofOptions: {
          from: '*'
          to: 'order_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_organizations: {
        Args: { city?: string; cursor?: string; kind?: string; page_size?: number; search?: string; skip?: number }
        Returns: Database['public']['CompositeTypes']['organization_card'][]
        SetofOptions: {
          from: '*'
          to: 'organization_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_payments: {
        Args: { cursor?: string; page_size?: number; purpose?: string; skip?: number; status?: string }
        Returns: Database['public']['CompositeTypes']['payment_card'][]
        SetofOptions: {
          from: '*'
          to: 'payment_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_photos: {
        Args: { profile_id: string }
        Returns: {
          account_id: string
          created_at: string
          id: string
          is_main: boolean
          path: string
          position: number
        }[]
        SetofOptions: {
          from: '*'
          to: 'photos'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_pipeline: {
        Args: { cursor?: string; page_size?: number; skip?: number; stage_id?: string }
        Returns: Database['public']['CompositeTypes']['pipeline_card'][]
        SetofOptions: {
          from: '*'
          to: 'pipeline_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_pipeline_moves: {
        Args: { candidate_id: string; cursor?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['pipeline_move'][]
        SetofOptions: {
          from: '*'
          to: 'pipeline_move'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_portfolio: {
        Args: { account_id: string; cursor?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['portfolio_item_card'][]
        SetofOptions: {
          from: '*'
          to: 'portfolio_item_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_portfolio_images: {
        Args: { cursor?: string; item_id: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['portfolio_image_card'][]
        SetofOptions: {
          from: '*'
          to: 'portfolio_image_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_promoted_models: {
        Args: { max_items?: number }
        Returns: Database['public']['CompositeTypes']['model_card'][]
        SetofOptions: {
          from: '*'
          to: 'model_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_proposals: {
        Args: { cursor?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['proposal_card'][]
        SetofOptions: {
          from: '*'
          to: 'proposal_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_reports: {
        Args: { cursor?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['report_card'][]
        SetofOptions: {
          from: '*'
          to: 'report_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_representations: {
        Args: { cursor?: string; organization_id?: string; page_size?: number; skip?: number; status?: string }
        Returns: Database['public']['CompositeTypes']['representation_card'][]
        SetofOptions: {
          from: '*'
          to: 'representation_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_reviews: {
        Args: { cursor?: string; page_size?: number; skip?: number; subject_id: string; subject_role?: string }
        Returns: Database['public']['CompositeTypes']['review_card'][]
        SetofOptions: {
          from: '*'
          to: 'review_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_saved_searches: {
        Args: { cursor?: string; entity_type?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['saved_search_card'][]
        SetofOptions: {
          from: '*'
          to: 'saved_search_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_services: {
        Args: {
          category?: string
          currency?: string
          cursor?: string
          max_price?: number
          min_price?: number
          owner_id?: string
          page_size?: number
          search?: string
          skip?: number
          sort?: string
          tag?: string
        }
        Returns: Database['public']['CompositeTypes']['service_card'][]
        SetofOptions: {
          from: '*'
          to: 'service_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_skills: {
        Args: { cursor?: string; page_size?: number; search?: string; skip?: number }
        Returns: Database['public']['CompositeTypes']['skill_card'][]
        SetofOptions: {
          from: '*'
          to: 'skill_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_subscriptions: {
        Args: { cursor?: string; page_size?: number; product?: string; skip?: number }
        Returns: Database['public']['CompositeTypes']['subscription_card'][]
        SetofOptions: {
          from: '*'
          to: 'subscription_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_task_applications: {
        Args: { cursor?: string; page_size?: number; skip?: number; status?: string; task_id: string }
        Returns: Database['public']['CompositeTypes']['application_card'][]
        SetofOptions: {
          from: '*'
          to: 'application_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_tasks: {
        Args: {
          category?: string
          city?: string
          currency?: string
          cursor?: string
          max_budget?: number
          min_budget?: number
          owner_id?: string
          page_size?: number
          search?: string
          skill_id?: string
          skip?: number
          sort?: string
          status?: string
          task_type?: string
        }
        Returns: Database['public']['CompositeTypes']['task_card'][]
        SetofOptions: {
          from: '*'
          to: 'task_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_unlocked_candidates: {
        Args: { cursor?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['candidate_card'][]
        SetofOptions: {
          from: '*'
          to: 'candidate_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_wallet_transactions: {
        Args: {
          currency?: string
          cursor?: string
          page_size?: number
          skip?: number
          subscription_id?: string
          type?: string
        }
        Returns: Database['public']['CompositeTypes']['wallet_transaction'][]
        SetofOptions: {
          from: '*'
          to: 'wallet_transaction'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_wallets: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['wallet'][]
        SetofOptions: {
          from: '*'
          to: 'wallet'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      list_withdrawals: {
        Args: { cursor?: string; page_size?: number; skip?: number }
        Returns: Database['public']['CompositeTypes']['withdrawal_card'][]
        SetofOptions: {
          from: '*'
          to: 'withdrawal_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      mark_conversation_read: {
        Args: { conversation_id: string; seq?: number }
        Returns: {
          total: number
          unread: number
        }[]
      }
      mark_notifications_read: { Args: { ids?: number[] }; Returns: number }
      me: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['me']
        SetofOptions: {
          from: '*'
          to: 'me'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      move_in_pipeline: {
        Args: { candidate_id: string; note?: string; stage_id: string }
        Returns: Database['public']['CompositeTypes']['pipeline_card']
        SetofOptions: {
          from: '*'
          to: 'pipeline_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      mute_conversation: { Args: { conversation_id: string; until: string }; Returns: undefined }
      my_candidate: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['candidate_profile']
        SetofOptions: {
          from: '*'
          to: 'candidate_profile'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      my_entitlements: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['entitlement_status'][]
        SetofOptions: {
          from: '*'
          to: 'entitlement_status'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      my_payout_account: {
        Args: Record<PropertyKey, never>
        Returns: {
          account_id: string
          charges_enabled: boolean
          country: string
          created_at: string
          payouts_enabled: boolean
          provider_reference: string
          requirements: string[]
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'payout_accounts'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      my_recruiter: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['recruiter_profile']
        SetofOptions: {
          from: '*'
          to: 'recruiter_profile'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      my_subscription: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['current_subscription']
        SetofOptions: {
          from: '*'
          to: 'current_subscription'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      my_task_statistics: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['own_task_statistics']
        SetofOptions: {
          from: '*'
          to: 'own_task_statistics'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      my_wallet: {
        Args: { currency?: string }
        Returns: Database['public']['CompositeTypes']['wallet']
        SetofOptions: {
          from: '*'
          to: 'wallet'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      notification_count: {
        Args: Record<PropertyKey, never>
        Returns: {
          total: number
          unread: number
        }[]
      }
      open_conversation: {
        Args: { account_id?: string; context_id?: string; context_type?: string }
        Returns: Database['public']['CompositeTypes']['conversation_card']
        SetofOptions: {
          from: '*'
          to: 'conversation_card'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      pay_escrow: {
        Args: { escrow_id: string; idempotency_key?: string }
        Returns: Database['public']['CompositeTypes']['escrow_card']
        SetofOptions: {
          from: '*'
          to: 'escrow_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      promote: {
        Args: { casting_id?: string; days?: number; model_id?: string }
        Returns: {
          account_id: string | null
          casting_id: string | null
          created_at: string
          ends_at: string
          id: string
          model_id: string | null
          paused_at: string | null
          starts_at: string
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'promotions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      promotion_statistics: {
        Args: { promotion_id: string }
        Returns: Database['public']['CompositeTypes']['promotion_day'][]
        SetofOptions: {
          from: '*'
          to: 'promotion_day'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      record_promotion_views: {
        Args: { casting_ids?: string[]; kind?: string; model_ids?: string[] }
        Returns: undefined
      }
      refund_escrow: {
        Args: { escrow_id: string; idempotency_key?: string; reason?: string }
        Returns: Database['public']['CompositeTypes']['escrow_card']
        SetofOptions: {
          from: '*'
          to: 'escrow_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      register_device: {
        Args: { platform: string; token: string }
        Returns: {
          account_id: string
          created_at: string
          id: string
          last_seen_at: string
          platform: string
          token: string
        }
        SetofOptions: {
          from: '*'
          to: 'devices'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      reject_application: {
        Args: { application_id: string }
        Returns: Database['public']['CompositeTypes']['application_card']
        SetofOptions: {
          from: '*'
          to: 'application_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      release_escrow: {
        Args: { escrow_id: string; idempotency_key?: string }
        Returns: Database['public']['CompositeTypes']['escrow_card']
        SetofOptions: {
          from: '*'
          to: 'escrow_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      release_notification_deliveries: {
        Args: { ids: number[]; reason?: string; retry_after?: number }
        Returns: undefined
      }
      remove_from_pipeline: { Args: { candidate_id: string }; Returns: undefined }
      remove_group_member: { Args: { account_id: string; conversation_id: string }; Returns: undefined }
      remove_member: { Args: { account_id: string; organization_id: string }; Returns: undefined }
      rename_group: { Args: { conversation_id: string; title: string }; Returns: undefined }
      reorder_photos: { Args: { photo_ids: string[] }; Returns: undefined }
      replace_account_skills: {
        Args: { skill_ids: string[] }
        Returns: {
          account_id: string
          created_at: string
          id: string
          level: number | null
          skill_id: string
          updated_at: string
          years: number | null
        }[]
        SetofOptions: {
          from: '*'
          to: 'account_skills'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      reply_to_review: {
        Args: { reply: string; review_id: string }
        Returns: {
          author_id: string | null
          comment: string | null
          created_at: string
          criteria: NonNullable<Json>
          entity_id: string
          entity_type: string
          id: string
          published_at: string | null
          rating: number
          removed_at: string | null
          replied_at: string | null
          reply: string | null
          subject_id: string
          subject_role: string
        }
        SetofOptions: {
          from: '*'
          to: 'reviews'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      request_revision: {
        Args: { message: string; order_id: string }
        Returns: Database['public']['CompositeTypes']['order_card']
        SetofOptions: {
          from: '*'
          to: 'order_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      request_subscription: {
        Args: { period: string; plan_id: string }
        Returns: Database['public']['CompositeTypes']['subscription_card']
        SetofOptions: {
          from: '*'
          to: 'subscription_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      request_withdrawal: {
        Args: { amount: number; currency: string; idempotency_key?: string; method?: string }
        Returns: Database['public']['CompositeTypes']['withdrawal_card']
        SetofOptions: {
          from: '*'
          to: 'withdrawal_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      respond_to_casting: {
        Args: {
          casting_id: string
          idempotency_key?: string
          message?: string
          model_id?: string
          portfolio_links?: string[]
          proposed_rate?: number
        }
        Returns: {
          casting_id: string
          created_at: string
          currency: string
          id: string
          message: string | null
          model_id: string
          portfolio_links: string[]
          proposed_rate: number | null
          reminded_at: string | null
          responded_by: string | null
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'casting_responses'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      save_candidate_step: {
        Args: { fields: Json; step: number }
        Returns: Database['public']['CompositeTypes']['candidate_profile']
        SetofOptions: {
          from: '*'
          to: 'candidate_profile'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      save_payment_session: { Args: { payment_id: string; provider_session: string }; Returns: undefined }
      save_payout_account: {
        Args: {
          account_id: string
          charges_enabled: boolean
          country: string
          payouts_enabled: boolean
          provider_reference: string
          requirements: string[]
        }
        Returns: undefined
      }
      search_candidates: {
        Args: { cursor?: string; filters?: Json; page_size?: number; skip?: number; sort?: string }
        Returns: Database['public']['CompositeTypes']['candidate_card'][]
        SetofOptions: {
          from: '*'
          to: 'candidate_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      search_messages: {
        Args: { conversation_id?: string; cursor?: string; page_size?: number; search: string; skip?: number }
        Returns: Database['public']['CompositeTypes']['message_search_card'][]
        SetofOptions: {
          from: '*'
          to: 'message_search_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      send_message: {
        Args: { body: string; client_id: string; conversation_id: string; file_ids?: string[]; reply_to_seq?: number }
        Returns: Database['public']['CompositeTypes']['message_card']
        SetofOptions: {
          from: '*'
          to: 'message_card'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      send_test_notification: { Args: Record<PropertyKey, never>; Returns: number }
      set_candidate_availability: { Args: { is_available_for_hiring: boolean }; Returns: boolean }
      set_casting_status: { Args: { casting_id: string; status: string }; Returns: undefined }
      set_member_role: { Args: { account_id: string; organization_id: string; role: string }; Returns: undefined }
      set_milestones: {
        Args: { milestones: Json; task_id: string }
        Returns: Database['public']['CompositeTypes']['escrow_card'][]
        SetofOptions: {
          from: '*'
          to: 'escrow_card'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      set_notification_preferences: {
        Args: { preferences: Json }
        Returns: {
          account_id: string
          channel: string
          is_enabled: boolean
          type: string
        }[]
        SetofOptions: {
          from: '*'
          to: 'notification_preferences'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      set_notification_settings: {
        Args: { digest?: string; quiet_from?: string; quiet_until?: string; time_zone?: string }
        Returns: {
          account_id: string
          digest: string
          quiet_from: string | null
          quiet_until: string | null
          time_zone: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'notification_settings'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      set_payout_destination: {
        Args: { bank?: string; details: string; holder: string }
        Returns: {
          account_id: string
          bank: string | null
          created_at: string
          details: string
          holder: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'payout_destinations'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      set_promotion_status: {
        Args: { promotion_id: string; status: string }
        Returns: {
          account_id: string | null
          casting_id: string | null
          created_at: string
          ends_at: string
          id: string
          model_id: string | null
          paused_at: string | null
          starts_at: string
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'promotions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      set_representation_status: {
        Args: { representation_id: string; status: string }
        Returns: {
          created_at: string
          ended_at: string | null
          id: string
          invited_by: string | null
          message: string | null
          model_id: string
          organization_id: string
          started_at: string | null
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'representations'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      set_response_status: {
        Args: { response_id: string; status: string }
        Returns: {
          casting_id: string
          created_at: string
          currency: string
          id: string
          message: string | null
          model_id: string
          portfolio_links: string[]
          proposed_rate: number | null
          reminded_at: string | null
          responded_by: string | null
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'casting_responses'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      set_service_options: {
        Args: { options: Json; service_id: string }
        Returns: Database['public']['CompositeTypes']['service_card']
        SetofOptions: {
          from: '*'
          to: 'service_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      set_username: { Args: { username: string }; Returns: undefined }
      start_order: {
        Args: { order_id: string }
        Returns: Database['public']['CompositeTypes']['order_card']
        SetofOptions: {
          from: '*'
          to: 'order_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      start_payment: {
        Args: {
          auto_renew?: boolean
          credits?: number
          currencies?: string[]
          escrow_id?: string
          idempotency_key?: string
          pack_id?: string
          period?: string
          plan_id?: string
          provider: string
          purpose: string
        }
        Returns: Database['public']['CompositeTypes']['started_payment']
        SetofOptions: {
          from: '*'
          to: 'started_payment'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      start_task: {
        Args: { task_id: string }
        Returns: Database['public']['CompositeTypes']['task_card']
        SetofOptions: {
          from: '*'
          to: 'task_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      store_payment_event: {
        Args: { event: Json; event_id: string; payload: string; provider: string; type: string }
        Returns: number
      }
      submit_candidate: {
        Args: { declaration: boolean }
        Returns: Database['public']['CompositeTypes']['candidate_profile']
        SetofOptions: {
          from: '*'
          to: 'candidate_profile'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      suggest_categories: {
        Args: { text: string }
        Returns: Database['public']['CompositeTypes']['category_suggestion'][]
        SetofOptions: {
          from: '*'
          to: 'category_suggestion'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      task_statistics: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['task_statistics']
        SetofOptions: {
          from: '*'
          to: 'task_statistics'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      toggle_favorite: { Args: { entity_id: string; entity_type: string }; Returns: boolean }
      unlock_candidate: {
        Args: { candidate_id: string; idempotency_key?: string }
        Returns: Database['public']['CompositeTypes']['unlock_result']
        SetofOptions: {
          from: '*'
          to: 'unlock_result'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      unlock_candidates: {
        Args: { candidate_ids: string[]; idempotency_key?: string }
        Returns: Database['public']['CompositeTypes']['unlock_result'][]
        SetofOptions: {
          from: '*'
          to: 'unlock_result'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      unread_count: {
        Args: Record<PropertyKey, never>
        Returns: {
          conversations: number
          messages: number
        }[]
      }
      update_account: {
        Args: {
          avatar_path?: string
          bio?: string
          city?: string
          country?: string
          first_name?: string
          last_name?: string
          locale?: string
          phone?: string
        }
        Returns: undefined
      }
      update_candidate: {
        Args: { fields: Json }
        Returns: Database['public']['CompositeTypes']['candidate_profile']
        SetofOptions: {
          from: '*'
          to: 'candidate_profile'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      update_recruiter: {
        Args: {
          company_name?: string
          company_size?: string
          company_website?: string
          designation?: string
          full_name?: string
          organization_id?: string
          phone?: string
        }
        Returns: Database['public']['CompositeTypes']['recruiter_profile']
        SetofOptions: {
          from: '*'
          to: 'recruiter_profile'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      update_saved_search: {
        Args: { filters?: Json; frequency?: string; name?: string; saved_search_id: string }
        Returns: {
          account_id: string
          created_at: string
          entity_type: string
          filters: NonNullable<Json>
          frequency: string
          id: string
          last_digest_on: string | null
          name: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'saved_searches'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      upsert_account_skills: {
        Args: { levels?: number[]; skill_ids: string[]; years?: number[] }
        Returns: Database['public']['CompositeTypes']['skill_change'][]
        SetofOptions: {
          from: '*'
          to: 'skill_change'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      withdraw_application: {
        Args: { application_id: string; idempotency_key?: string }
        Returns: Database['public']['CompositeTypes']['application_card']
        SetofOptions: {
          from: '*'
          to: 'application_card'
          isOneToOne: true
          isSetofReturn: true
        }
      }
      withdraw_response: {
        Args: { response_id: string }
        Returns: {
          casting_id: string
          created_at: string
          currency: string
          id: string
          message: string | null
          model_id: string
          portfolio_links: string[]
          proposed_rate: number | null
          reminded_at: string | null
          responded_by: string | null
          status: string
          updated_at: string
        }
        SetofOptions: {
          from: '*'
          to: 'casting_responses'
          isOneToOne: true
          isSetofReturn: false
        }
      }
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      account_card: {
        id: string | null
        username: string | null
        first_name: string | null
        last_name: string | null
        full_name: string | null
        avatar_path: string | null
        bio: string | null
        city: string | null
        country: string | null
        is_verified: boolean | null
        user_type: string | null
        roles: string[] | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      account_skill_card: {
        id: string | null
        account_id: string | null
        skill_id: string | null
        name: string | null
        description: string | null
        level: number | null
        years: number | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      application_card: {
        id: string | null
        task_id: string | null
        task_title: string | null
        task_status: string | null
        task_owner_id: string | null
        freelancer_id: string | null
        freelancer_username: string | null
        freelancer_name: string | null
        freelancer_avatar_path: string | null
        freelancer_rating: number | null
        freelancer_completed_tasks: number | null
        proposal: string | null
        offered_price: number | null
        currency: string | null
        estimated_duration: string | null
        status: string | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      assistant_session_card: {
        id: string | null
        title: string | null
        locale: string | null
        messages_count: number | null
        created_at: string | null
        updated_at: string | null
        last_message_at: string | null
        total: number | null
        cursor: string | null
      }
      average_budget: {
        currency: string | null
        amount: number | null
        tasks: number | null
      }
      block_card: {
        account_id: string | null
        username: string | null
        full_name: string | null
        avatar_path: string | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      candidate_card: {
        id: string | null
        is_unlocked: boolean | null
        unlock_cost: number | null
        unlocked_at: string | null
        is_available: boolean | null
        masked_name: string | null
        full_name: string | null
        phone: string | null
        email: string | null
        age: number | null
        role: string | null
        category: string | null
        department: string | null
        experience_years: number | null
        current_ctc: number | null
        expected_ctc: number | null
        currency: string | null
        religion: string | null
        country: string | null
        state: string | null
        city: string | null
        degrees: string[] | null
        skills: string[] | null
        languages: string[] | null
        willing_to_relocate: boolean | null
        notice_period_days: number | null
        picture_path: string | null
        has_resume: boolean | null
        has_video: boolean | null
        resume_path: string | null
        video_path: string | null
        listed_on: string | null
        total: number | null
        cursor: string | null
      }
      candidate_category: {
        slug: string | null
        name: string | null
        name_ru: string | null
        name_kk: string | null
        position: number | null
        count: number | null
      }
      candidate_detail: {
        card: Database['public']['CompositeTypes']['candidate_card'] | null
        street_address: string | null
        education: string | null
        educations: Database['public']['CompositeTypes']['candidate_education'][] | null
        work_experience: string | null
        experiences: Database['public']['CompositeTypes']['candidate_experience'][] | null
        gaps: Database['public']['CompositeTypes']['candidate_gap'][] | null
        career_objective: string | null
      }
      candidate_education: {
        degree: string | null
        field_of_study: string | null
        institution: string | null
        start_year: number | null
        end_year: number | null
        grade: string | null
      }
      candidate_experience: {
        company: string | null
        title: string | null
        start_date: string | null
        end_date: string | null
        description: string | null
      }
      candidate_facet: {
        type: string | null
        word: string | null
        count: number | null
        is_exact: boolean | null
      }
      candidate_gap: {
        start_date: string | null
        end_date: string | null
        reason: string | null
      }
      candidate_option: {
        type: string | null
        word: string | null
        count: number | null
        total: number | null
        cursor: string | null
      }
      candidate_profile: {
        id: string | null
        account_id: string | null
        full_name: string | null
        email: string | null
        phone: string | null
        birth_date: string | null
        age: number | null
        role: string | null
        category: string | null
        department: string | null
        experience_years: number | null
        current_ctc: number | null
        expected_ctc: number | null
        currency: string | null
        religion: string | null
        country: string | null
        state: string | null
        city: string | null
        street_address: string | null
        education: string | null
        educations: Database['public']['CompositeTypes']['candidate_education'][] | null
        skills: string[] | null
        languages: string[] | null
        willing_to_relocate: boolean | null
        work_experience: string | null
        experiences: Database['public']['CompositeTypes']['candidate_experience'][] | null
        gaps: Database['public']['CompositeTypes']['candidate_gap'][] | null
        career_objective: string | null
        notice_period_days: number | null
        resume_path: string | null
        video_path: string | null
        picture_path: string | null
        is_available_for_hiring: boolean | null
        status: string | null
        missing_fields: string[] | null
        is_searchable: boolean | null
        completed_steps: number[] | null
        rejection_reason: string | null
        declared_at: string | null
        created_at: string | null
        updated_at: string | null
      }
      casting_card: {
        id: string | null
        owner_id: string | null
        company_name: string | null
        logo_path: string | null
        organization_id: string | null
        organization_name: string | null
        title: string | null
        description: string | null
        category: string | null
        city: string | null
        country: string | null
        address: string | null
        shoot_date: string | null
        duration_days: number | null
        response_deadline: string | null
        pay_type: string | null
        pay_min: number | null
        pay_max: number | null
        currency: string | null
        gender: string | null
        min_age: number | null
        max_age: number | null
        min_height: number | null
        max_height: number | null
        experience: string | null
        languages: string[] | null
        appearance: string | null
        models_needed: number | null
        is_urgent: boolean | null
        tags: string[] | null
        cover_path: string | null
        status: string | null
        is_open: boolean | null
        responses_count: number | null
        accepted_count: number | null
        my_response_status: string | null
        is_saved: boolean | null
        is_promoted: boolean | null
        published_at: string | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      casting_file_card: {
        file_id: string | null
        path: string | null
        name: string | null
        size: number | null
        content_type: string | null
        created_at: string | null
      }
      category_suggestion: {
        category: string | null
        name: string | null
        name_ru: string | null
        name_kk: string | null
        score: number | null
      }
      client_card: {
        account_id: string | null
        username: string | null
        full_name: string | null
        avatar_path: string | null
        bio: string | null
        city: string | null
        country: string | null
        company_name: string | null
        description: string | null
        website: string | null
        rating: number | null
        reviews_count: number | null
        created_at: string | null
        updated_at: string | null
      }
      conversation_card: {
        id: string | null
        kind: string | null
        title: string | null
        context_type: string | null
        context_id: string | null
        context_title: string | null
        account_id: string | null
        account_name: string | null
        account_avatar_path: string | null
        candidate_id: string | null
        members_count: number | null
        role: string | null
        epoch: number | null
        version: number | null
        last_seq: number | null
        read_seq: number | null
        unread: number | null
        last_message: Json | null
        last_message_at: string | null
        muted_until: string | null
        left_at_seq: number | null
        can_write: boolean | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      conversation_member_card: {
        account_id: string | null
        name: string | null
        avatar_path: string | null
        role: string | null
        read_seq: number | null
        joined_at: string | null
      }
      creator_card: {
        account_id: string | null
        username: string | null
        full_name: string | null
        avatar_path: string | null
        bio: string | null
        city: string | null
        country: string | null
        specialization: string | null
        experience: string | null
        portfolio_link: string | null
        instagram: string | null
        behance: string | null
        dribbble: string | null
        rating: number | null
        reviews_count: number | null
        completed_orders: number | null
        created_at: string | null
        updated_at: string | null
      }
      current_subscription: {
        subscription_id: string | null
        plan_id: string | null
        plan: string | null
        status: string | null
        period: string | null
        started_at: string | null
        expires_at: string | null
        auto_renew: boolean | null
        photos_uploaded: number | null
        photos_limit: number | null
        responses_sent: number | null
        responses_limit: number | null
      }
      delivery_file: {
        file_id: string | null
        path: string | null
        name: string | null
        size: number | null
        content_type: string | null
        created_at: string | null
      }
      employer_card: {
        account_id: string | null
        company_name: string | null
        description: string | null
        website: string | null
        city: string | null
        country: string | null
        logo_path: string | null
        is_verified: boolean | null
        rating: number | null
        reviews_count: number | null
        created_at: string | null
      }
      entitlement_status: {
        entitlement_id: string | null
        product: string | null
        kind: string | null
        is_granted: boolean | null
        quantity: number | null
        level: string | null
        used: number | null
        bought: number | null
        remaining: number | null
        resets_at: string | null
        plan_id: string | null
        upgrade_plan_id: string | null
      }
      escrow_card: {
        id: string | null
        entity_type: string | null
        entity_id: string | null
        purpose: string | null
        title: string | null
        position: number | null
        payer_id: string | null
        payee_id: string | null
        side: string | null
        amount: number | null
        currency: string | null
        payer_pays: number | null
        payee_gets: number | null
        fee: number | null
        fee_rate: number | null
        status: string | null
        held: number | null
        released: number | null
        refunded: number | null
        funded_at: string | null
        settled_at: string | null
        refund_requested_at: string | null
        refund_reason: string | null
        disputed_at: string | null
        disputed_by: string | null
        dispute_reason: string | null
        resolution: string | null
        created_at: string | null
        updated_at: string | null
      }
      favorite_card: {
        entity_type: string | null
        entity_id: string | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      file_card: {
        id: string | null
        bucket_id: string | null
        path: string | null
        name: string | null
        size: number | null
        content_type: string | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      follow_up_card: {
        id: string | null
        candidate_id: string | null
        candidate_name: string | null
        due_at: string | null
        notes: string | null
        is_completed: boolean | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      freelancer_card: {
        account_id: string | null
        username: string | null
        full_name: string | null
        avatar_path: string | null
        bio: string | null
        city: string | null
        country: string | null
        headline: string | null
        experience: string | null
        hourly_rate: number | null
        currency: string | null
        is_available: boolean | null
        portfolio_link: string | null
        rating: number | null
        reviews_count: number | null
        completed_tasks: number | null
        created_at: string | null
        updated_at: string | null
      }
      invoice_card: {
        number: number | null
        payment_id: string | null
        purpose: string | null
        description: string | null
        quantity: number | null
        amount: number | null
        currency: string | null
        refunded: number | null
        provider: string | null
        issued_at: string | null
        total: number | null
        cursor: string | null
      }
      me: {
        id: string | null
        email: string | null
        email_verified: boolean | null
        username: string | null
        first_name: string | null
        last_name: string | null
        full_name: string | null
        avatar_path: string | null
        bio: string | null
        phone: string | null
        city: string | null
        country: string | null
        locale: string | null
        role: string | null
        roles: string[] | null
        user_type: string | null
        is_verified: boolean | null
        has_model_profile: boolean | null
        has_employer_profile: boolean | null
        has_creator_profile: boolean | null
        has_freelancer_profile: boolean | null
        has_client_profile: boolean | null
        has_candidate_profile: boolean | null
        has_recruiter_profile: boolean | null
        plan: string | null
        plan_expires_at: string | null
        unread_notifications: number | null
        created_at: string | null
      }
      message_card: {
        conversation_id: string | null
        seq: number | null
        version: number | null
        author_id: string | null
        author_name: string | null
        author_avatar_path: string | null
        is_own: boolean | null
        client_id: string | null
        kind: string | null
        body: string | null
        data: Json | null
        reply_to_seq: number | null
        reply_to: Json | null
        files: Json | null
        is_redacted: boolean | null
        edited_at: string | null
        deleted_at: string | null
        created_at: string | null
      }
      message_search_card: {
        conversation_id: string | null
        seq: number | null
        author_id: string | null
        author_name: string | null
        body: string | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      model_card: {
        id: string | null
        account_id: string | null
        name: string | null
        age: number | null
        gender: string | null
        height: number | null
        city: string | null
        country: string | null
        categories: string[] | null
        experience: string | null
        languages: string[] | null
        can_travel: boolean | null
        main_photo_path: string | null
        is_promoted: boolean | null
        promoted_until: string | null
        rating: number | null
        reviews_count: number | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      model_details: {
        id: string | null
        account_id: string | null
        name: string | null
        bio: string | null
        age: number | null
        gender: string | null
        height: number | null
        weight: number | null
        bust: number | null
        waist: number | null
        hips: number | null
        shoe_size: number | null
        clothing_size: string | null
        hair_color: string | null
        eye_color: string | null
        skin_tone: string | null
        city: string | null
        country: string | null
        languages: string[] | null
        categories: string[] | null
        experience: string | null
        can_travel: boolean | null
        travel_cities: string[] | null
        hourly_rate: number | null
        day_rate: number | null
        currency: string | null
        accepts_barter: boolean | null
        visibility: string | null
        photos: Database['public']['Tables']['photos']['Row'][] | null
        work_experiences: Database['public']['Tables']['model_work_experiences']['Row'][] | null
        agencies: Database['public']['CompositeTypes']['organization_name'][] | null
        is_promoted: boolean | null
        promoted_until: string | null
        rating: number | null
        reviews_count: number | null
        completeness: number | null
        is_saved: boolean | null
        created_at: string | null
        updated_at: string | null
      }
      order_card: {
        id: string | null
        side: string | null
        service_id: string | null
        title: string | null
        buyer_id: string | null
        buyer_name: string | null
        buyer_avatar_path: string | null
        seller_id: string | null
        seller_name: string | null
        seller_avatar_path: string | null
        requirements: string | null
        price: number | null
        options: Database['public']['CompositeTypes']['order_option'][] | null
        total_price: number | null
        currency: string | null
        buyer_pays: number | null
        fee: number | null
        seller_gets: number | null
        delivery_days: number | null
        delivery_date: string | null
        due_on: string | null
        allows_modifications: boolean | null
        modifications_price: number | null
        revisions_count: number | null
        status: string | null
        approves_at: string | null
        funded_at: string | null
        started_at: string | null
        delivered_at: string | null
        completed_at: string | null
        cancelled_at: string | null
        cancellation_reason: string | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      order_delivery: {
        id: string | null
        order_id: string | null
        message: string | null
        files: Database['public']['CompositeTypes']['delivery_file'][] | null
        created_at: string | null
      }
      order_option: {
        option_id: string | null
        name: string | null
        price: number | null
      }
      organization_card: {
        id: string | null
        kind: string | null
        name: string | null
        description: string | null
        website: string | null
        size: string | null
        city: string | null
        country: string | null
        logo_path: string | null
        followers_count: number | null
        is_followed: boolean | null
        my_role: string | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      organization_invitation_card: {
        id: string | null
        organization_id: string | null
        organization_name: string | null
        organization_kind: string | null
        organization_logo_path: string | null
        email: string | null
        role: string | null
        invited_by: string | null
        status: string | null
        expires_at: string | null
        decided_at: string | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      organization_member_card: {
        account_id: string | null
        username: string | null
        full_name: string | null
        avatar_path: string | null
        role: string | null
        created_at: string | null
      }
      organization_name: {
        id: string | null
        name: string | null
      }
      own_task_statistics: {
        tasks_posted: number | null
        tasks_open: number | null
        tasks_in_progress: number | null
        tasks_completed: number | null
        tasks_cancelled: number | null
        applications_received: number | null
        applications_sent: number | null
        applications_pending: number | null
        applications_accepted: number | null
        jobs_in_progress: number | null
        jobs_completed: number | null
        rating_as_client: number | null
        rating_as_freelancer: number | null
      }
      payment_card: {
        id: string | null
        order_number: number | null
        purpose: string | null
        description: string | null
        subject_id: string | null
        pack_id: string | null
        quantity: number | null
        provider: string | null
        amount: number | null
        currency: string | null
        auto_renew: boolean | null
        status: string | null
        is_in_wallet: boolean | null
        refunded: number | null
        failure_reason: string | null
        invoice_number: number | null
        paid_at: string | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      pipeline_card: {
        id: string | null
        stage_id: string | null
        stage: string | null
        added_by: string | null
        added_by_name: string | null
        moved_at: string | null
        created_at: string | null
        candidate: Database['public']['CompositeTypes']['candidate_card'] | null
        total: number | null
        cursor: string | null
      }
      pipeline_move: {
        id: number | null
        from_stage_id: string | null
        from_stage: string | null
        to_stage_id: string | null
        to_stage: string | null
        moved_by: string | null
        moved_by_name: string | null
        note: string | null
        moved_at: string | null
        total: number | null
        cursor: string | null
      }
      portfolio_image_card: {
        id: string | null
        item_id: string | null
        account_id: string | null
        image_path: string | null
        caption: string | null
        position: number | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      portfolio_item_card: {
        id: string | null
        account_id: string | null
        title: string | null
        description: string | null
        cover_path: string | null
        link: string | null
        technologies: string[] | null
        images: Database['public']['Tables']['portfolio_images']['Row'][] | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      promotion_card: {
        id: string | null
        account_id: string | null
        model_id: string | null
        casting_id: string | null
        status: string | null
        starts_at: string | null
        ends_at: string | null
        paused_at: string | null
        impressions: number | null
        clicks: number | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      promotion_day: {
        day: string | null
        impressions: number | null
        clicks: number | null
      }
      proposal_card: {
        id: string | null
        type: string | null
        name: string | null
        parent: string | null
        note: string | null
        status: string | null
        reason: string | null
        decided_at: string | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      recruiter_profile: {
        account_id: string | null
        full_name: string | null
        designation: string | null
        phone: string | null
        organization_id: string | null
        company_name: string | null
        company_website: string | null
        company_size: string | null
        total_spent: number | null
        is_verified: boolean | null
        rejection_reason: string | null
        created_at: string | null
        updated_at: string | null
      }
      report_card: {
        id: string | null
        entity_type: string | null
        entity_id: string | null
        reason: string | null
        details: string | null
        status: string | null
        resolution: string | null
        resolved_at: string | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      representation_card: {
        id: string | null
        organization_id: string | null
        organization_name: string | null
        model_id: string | null
        model_name: string | null
        message: string | null
        status: string | null
        started_at: string | null
        ended_at: string | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      response_card: {
        id: string | null
        casting_id: string | null
        casting_title: string | null
        casting_status: string | null
        applicant_id: string | null
        applicant_name: string | null
        applicant_photo_path: string | null
        applicant_age: number | null
        applicant_height: number | null
        applicant_city: string | null
        applicant_rating: number | null
        message: string | null
        portfolio_links: string[] | null
        proposed_rate: number | null
        currency: string | null
        status: string | null
        applied_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      review_card: {
        id: string | null
        entity_type: string | null
        entity_id: string | null
        author_id: string | null
        author_name: string | null
        author_avatar_path: string | null
        subject_id: string | null
        subject_role: string | null
        rating: number | null
        criteria: Json | null
        comment: string | null
        reply: string | null
        replied_at: string | null
        published_at: string | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      saved_search_card: {
        id: string | null
        entity_type: string | null
        name: string | null
        filters: Json | null
        frequency: string | null
        last_digest_on: string | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      service_card: {
        id: string | null
        owner_id: string | null
        creator_username: string | null
        creator_name: string | null
        creator_avatar_path: string | null
        title: string | null
        description: string | null
        category: string | null
        price: number | null
        currency: string | null
        delivery_days: number | null
        allows_modifications: boolean | null
        modifications_price: number | null
        tags: string[] | null
        options: Database['public']['CompositeTypes']['service_option'][] | null
        is_active: boolean | null
        is_saved: boolean | null
        orders_count: number | null
        rating: number | null
        reviews_count: number | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      service_option: {
        id: string | null
        name: string | null
        description: string | null
        price: number | null
      }
      skill_card: {
        id: string | null
        name: string | null
        description: string | null
        total: number | null
        cursor: string | null
      }
      skill_change: {
        id: string | null
        skill_id: string | null
        skill_name: string | null
        level: number | null
        years: number | null
        created: boolean | null
      }
      started_payment: {
        payment_id: string | null
        order_number: number | null
        account_id: string | null
        purpose: string | null
        provider: string | null
        amount: number | null
        currency: string | null
        minor_units: number | null
        description: string | null
        auto_renew: boolean | null
        status: string | null
        provider_session: string | null
      }
      subscription_card: {
        id: string | null
        product: string | null
        plan_id: string | null
        plan: string | null
        period: string | null
        amount: number | null
        currency: string | null
        status: string | null
        is_current: boolean | null
        started_at: string | null
        expires_at: string | null
        days_remaining: number | null
        warning_level: string | null
        auto_renew: boolean | null
        follows_id: string | null
        is_unlimited: boolean | null
        credits_limit: number | null
        credits_used: number | null
        credits_remaining: number | null
        payment_reference: string | null
        approved_at: string | null
        approved_by: string | null
        approved_by_name: string | null
        rejection_reason: string | null
        cancelled_at: string | null
        ended_at: string | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      task_card: {
        id: string | null
        owner_id: string | null
        owner_name: string | null
        owner_avatar_path: string | null
        title: string | null
        description: string | null
        category: string | null
        task_type: string | null
        budget: number | null
        currency: string | null
        deadline: string | null
        city: string | null
        country: string | null
        address: string | null
        skill_ids: string[] | null
        skills: string[] | null
        status: string | null
        applications_count: number | null
        accepted_application_id: string | null
        my_application_status: string | null
        is_saved: boolean | null
        started_at: string | null
        completed_at: string | null
        cancelled_at: string | null
        cancellation_reason: string | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
      task_draft: {
        title: string | null
        description: string | null
        category: string | null
        task_type: string | null
        budget: number | null
        currency: string | null
        deadline: string | null
        city: string | null
        country: string | null
        skill_ids: string[] | null
        missing: string[] | null
      }
      task_statistics: {
        open_tasks: number | null
        in_progress_tasks: number | null
        completed_tasks: number | null
        freelancers: number | null
        clients: number | null
        average_budgets: Database['public']['CompositeTypes']['average_budget'][] | null
      }
      unlock_result: {
        candidate_id: string | null
        unlock_id: string | null
        already_unlocked: boolean | null
        paid_from: string | null
        credits_used: number | null
        remaining_balance: number | null
        unlocked_at: string | null
      }
      wallet: {
        id: string | null
        currency: string | null
        balance: number | null
        escrowed: number | null
        incoming: number | null
        pending: number | null
        total_earned: number | null
        total_spent: number | null
        created_at: string | null
        updated_at: string | null
      }
      wallet_transaction: {
        id: number | null
        type: string | null
        kind: string | null
        amount: number | null
        currency: string | null
        balance_after: number | null
        payment_reference: string | null
        reason: string | null
        data: Json | null
        created_at: string | null
        total: number | null
        cursor: string | null
      }
      withdrawal_card: {
        id: string | null
        amount: number | null
        currency: string | null
        method: string | null
        status: string | null
        provider_reference: string | null
        failure_reason: string | null
        paid_at: string | null
        created_at: string | null
        updated_at: string | null
        total: number | null
        cursor: string | null
      }
    }
  }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, 'public'>]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    ? (DefaultSchema['Tables'] & DefaultSchema['Views'])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R
      }
      ? R
      : never
    : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I
      }
      ? I
      : never
    : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U
      }
      ? U
      : never
    : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums'] | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums']
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums'][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums']
    ? DefaultSchema['Enums'][DefaultSchemaEnumNameOrOptions]
    : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema['CompositeTypes']
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes']
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes'][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes']
    ? DefaultSchema['CompositeTypes'][PublicCompositeTypeNameOrOptions]
    : never

export const Constants = {
  public: {
    Enums: {},
  },
} as const
